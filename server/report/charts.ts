/**
 * Charts as inline SVG: they print, and need no script. Colours come from the page's style.
 * @module
 */
import { escape } from "./escape.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const WIDTH = 720;

/** Windows by hour of the week, Monday 0:00 first, as a grid of seven days by 24 hours. */
export function weekGrid(hours: readonly number[]): string {
  const most = Math.max(1, ...hours);
  const [left, top, cell] = [44, 4, 27];
  const cells = hours.map((count, i) => {
    const [day, hour] = [Math.floor(i / 24), i % 24];
    const shade = count === 0 ? 0 : 0.12 + 0.88 * Math.sqrt(count / most);
    const at = `x="${left + hour * cell}" y="${top + day * 20}"`;
    const title = `${DAYS[day]} ${String(hour).padStart(2, "0")}:00, ${count} windows`;
    return `<rect ${at} width="${cell - 2}" height="18" rx="2" class="${count ? "on" : "off"}" ` +
      `fill-opacity="${shade.toFixed(2)}"><title>${title}</title></rect>`;
  });
  const names = DAYS.map((name, i) => `<text x="0" y="${top + 14 + i * 20}">${name}</text>`);
  const marks = [0, 6, 12, 18].map((hour) =>
    `<text x="${left + hour * cell}" y="${top + 156}">${String(hour).padStart(2, "0")}:00</text>`
  );
  return svg(WIDTH, 166, "Windows by hour of the week", [...cells, ...names, ...marks]);
}

/** Strangeness over time as bars; both lists have one length. */
export function strangenessChart(
  hours: readonly number[],
  strangeness: readonly number[],
  fromHour: number,
  toHour: number,
): string {
  const [left, height] = [44, 120];
  const most = Math.max(4, ...strangeness);
  const x = (hour: number) => left + (hour - fromHour) / (toHour - fromHour) * (WIDTH - left);
  const y = (value: number) => height - value / most * (height - 8);
  const bars = hours.map((hour, i) =>
    `M${x(hour).toFixed(1)} ${height}V${y(strangeness[i]!).toFixed(1)}`
  );
  const lines = [1, 2, 3, 4].filter((value) => value <= most).map((value) =>
    `<line x1="${left}" x2="${WIDTH}" y1="${y(value)}" y2="${y(value)}"/>` +
    `<text x="0" y="${y(value) + 4}">1 in ${(10 ** value).toLocaleString("en")}</text>`
  );
  const dates = Array.from({ length: 5 }, (_, i) => {
    const hour = fromHour + (toHour - fromHour) * i / 4;
    const anchor = i === 4 ? "end" : i === 0 ? "start" : "middle";
    const day = new Date(hour * 3_600_000).toISOString().slice(5, 10);
    return `<text x="${x(hour)}" y="${height + 16}" text-anchor="${anchor}">${day}</text>`;
  });
  const title = "How strange each hour was: smallest p-value";
  return svg(WIDTH, height + 22, title, [
    ...lines,
    `<path d="${bars.join("")}" class="bars"/>`,
    ...dates,
  ]);
}

/** p-values against how often they came, both on logarithmic scales; the diagonal is exact. */
export function calibrationChart(points: readonly { p: number; share: number }[]): string {
  const [left, size] = [56, 200];
  const scale = (value: number) => Math.max(0, Math.log10(Math.max(value, 1e-4)) / 4 + 1) * size;
  const line = points.map(({ p, share }) =>
    `${(left + scale(p)).toFixed(1)},${(size + 4 - scale(share)).toFixed(1)}`
  );
  const marks = [0.001, 0.01, 0.1, 1].map((value) =>
    `<text x="${left + scale(value)}" y="${size + 20}" text-anchor="middle">${value}</text>` +
    `<text x="0" y="${size + 8 - scale(value)}">${value}</text>`
  );
  return svg(left + size + 20, size + 26, "p-values against how often they came", [
    `<line x1="${left}" y1="${size + 4}" x2="${left + size}" y2="4"/>`,
    `<polyline points="${line.join(" ")}" class="curve"/>`,
    ...marks,
  ]);
}

/** A bar of a share from 0 to 1. */
export function bar(share: number): string {
  const width = (Math.min(1, Math.max(0, share)) * 80).toFixed(1);
  return `<svg class="bar" width="80" height="8" aria-hidden="true">` +
    `<rect width="80" height="8" rx="2" class="off"/>` +
    `<rect width="${width}" height="8" rx="2" class="on"/></svg>`;
}

function svg(width: number, height: number, title: string, parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(title)}" ` +
    `style="max-width:${width}px">${parts.join("")}</svg>`;
}
