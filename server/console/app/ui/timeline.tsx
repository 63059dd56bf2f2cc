/**
 * A timeline of strangeness with the band of what was usual: drag or arrow keys pan, + and - zoom,
 * a click opens the hour.
 * @module
 */
import { useEffect, useMemo, useRef } from "preact/hooks";
import uPlot from "uplot";
import { count } from "../format.ts";
import { isDark } from "../theme.ts";
import { type Band, usualBand } from "./band.ts";

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;
const HEIGHT = 230;
/** Above so many visible points bars would be thinner than a pixel: a line takes their place. */
const MOST_BARS = 1_500;

/** What a timeline shows. */
export interface TimelineProps {
  /** Hours since 1970, ascending. */
  readonly hours: readonly number[];
  /** -log10 p of each. */
  readonly strangeness: readonly number[];
  /** Hours with an alert. */
  readonly alerts: ReadonlySet<number>;
  /** The hour that is open. */
  readonly chosen?: number;
  readonly onChoose: (hour: number) => void;
}

const token = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** A token's colour as the canvas takes it, which knows no light-dark(). */
function colour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = token(name);
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

function series(band: Band, { hours, strangeness, alerts }: TimelineProps): uPlot.AlignedData {
  return [
    hours.map((hour) => hour * HOUR_S),
    band.low,
    band.high,
    strangeness as number[],
    hours.map((hour, i) => alerts.has(hour) ? strangeness[i]! : null),
  ];
}

function strangeTicks(_: uPlot, ticks: number[]): string[] {
  return ticks.map((tick) =>
    Number.isInteger(tick) ? tick === 0 ? "usual" : `1 in ${count(10 ** tick)}` : ""
  );
}

const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const year = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" });
const hour = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

/** Labels of times in the viewer's zone, as fine as their distance asks for. */
function timeTicks(_: uPlot, ticks: number[], _axis: number, _space: number, step: number) {
  return ticks.map((tick) => {
    const at = new Date(tick * 1_000);
    if (step >= 28 * DAY_S) return year.format(at);
    const isMidnight = at.getHours() === 0 && at.getMinutes() === 0;
    return step >= DAY_S || isMidnight ? day.format(at) : hour.format(at);
  });
}

const bars = uPlot.paths.bars!({ size: [0.7, 8, 1], align: 1 });
const line = uPlot.paths.linear!();

function options(width: number, top: number): uPlot.Options {
  const [accent, muted, grid, high] = ["--accent", "--muted", "--line", "--high"].map(colour);
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: muted, font, grid: { stroke: grid, width: 1 }, ticks: { show: false } };
  const none = { show: false };
  return {
    width,
    height: HEIGHT,
    legend: none,
    padding: [8, 8, 0, 0],
    cursor: { drag: { x: false, y: false, setScale: false }, y: false },
    scales: { x: { time: true }, y: { range: [0, top] } },
    axes: [{ ...axis, size: 30, values: timeTicks }, {
      ...axis,
      size: 84,
      values: strangeTicks,
      incrs: [1],
    }],
    bands: [{ series: [2, 1], fill: colour("--band") }],
    series: [
      {},
      { stroke: "transparent", points: none, paths: uPlot.paths.stepped!({ align: 1 }) },
      { stroke: "transparent", points: none, paths: uPlot.paths.stepped!({ align: 1 }) },
      {
        stroke: accent,
        fill: accent,
        points: none,
        paths: (u, index, from, to) => (to - from > MOST_BARS ? line : bars)(u, index, from, to),
      },
      { stroke: high, fill: high, paths: () => null, points: { show: true, size: 8, fill: high } },
    ],
  };
}

/** Moves the visible range by a share of itself, or zooms it by a factor, within the data. */
export function moved(
  [from, to]: readonly [number, number],
  [first, last]: readonly [number, number],
  by: number,
  zoom: number,
): [number, number] {
  const middle = (from + to) / 2 + by * (to - from);
  const half = Math.min(Math.max((to - from) * zoom / 2, DAY_S / 2), (last - first) / 2 + DAY_S);
  const start = Math.min(Math.max(middle - half, first - DAY_S), last + DAY_S - 2 * half);
  return [start, start + 2 * half];
}

function rangeOf({ scales: { x } }: uPlot): [number, number] {
  return [x!.min!, x!.max!];
}

/** Drags move the range; what moved less than a few pixels is a click. */
function takePointer(plot: uPlot, move: (by: number, zoom?: number) => void, click: () => void) {
  let [down, at, far] = [false, 0, 0];
  plot.over.addEventListener("pointerdown", (event) => {
    [down, at, far] = [true, event.clientX, 0];
    plot.over.setPointerCapture(event.pointerId);
  });
  plot.over.addEventListener("pointermove", (event) => {
    if (!down) return;
    far += Math.abs(event.clientX - at);
    move((at - event.clientX) / plot.over.clientWidth);
    at = event.clientX;
  });
  plot.over.addEventListener("pointerup", () => {
    if (down && far < 4) click();
    down = false;
  });
}

/** The chart with its range buttons. */
export function Timeline(props: TimelineProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { hours, strangeness, alerts } = props;
  const band = useMemo(() => usualBand(hours, strangeness), [hours, strangeness]);
  const extent: [number, number] = [(hours[0] ?? 0) * HOUR_S, (hours.at(-1) ?? 0) * HOUR_S];
  const show = ([min, max]: [number, number]) => plot.current?.setScale("x", { min, max });
  const move = (by: number, zoom = 1) =>
    plot.current && show(moved(rangeOf(plot.current), extent, by, zoom));
  const { value: dark } = isDark;
  useEffect(() => {
    const element = box.current!;
    const top = Math.max(3, ...strangeness.map(Math.ceil)) + 0.3;
    const made = new uPlot(options(element.clientWidth, top), series(band, props), element);
    const before = plot.current && rangeOf(plot.current);
    plot.current?.destroy();
    plot.current = made;
    const around = (latest.current.chosen ?? hours.at(-1) ?? 0) * HOUR_S;
    show(before ?? moved([around - 27 * DAY_S, around + 3 * DAY_S], extent, 0, 1));
    takePointer(made, move, () => {
      const index = made.cursor.idx;
      if (index !== null && index !== undefined) latest.current.onChoose(hours[index]!);
    });
    const resizes = new ResizeObserver(() =>
      made.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    resizes.observe(element);
    return () => resizes.disconnect();
  }, [hours, strangeness, alerts, dark]);
  useEffect(() => () => plot.current?.destroy(), []);
  const last = (days: number) => () => show([extent[1] - days * DAY_S, extent[1] + DAY_S]);
  return (
    <figure class="timeline">
      <div
        ref={box}
        class="plot"
        role="application"
        tabIndex={0}
        aria-label="Strangeness over time: arrow keys pan, plus and minus zoom"
        onKeyDown={({ key }) => {
          if (key === "ArrowLeft") move(-0.2);
          if (key === "ArrowRight") move(0.2);
          if (key === "+") move(0, 0.5);
          if (key === "-") move(0, 2);
        }}
      />
      <figcaption>
        <span class="key usual">usual: nine in ten hours of the four weeks before</span>
        <span class="key raised">alert</span>
        <span class="row">
          <button type="button" onClick={last(7)}>Week</button>
          <button type="button" onClick={last(30)}>Month</button>
          <button type="button" onClick={() => show([extent[0] - DAY_S, extent[1] + DAY_S])}>
            All
          </button>
        </span>
      </figcaption>
    </figure>
  );
}
