/**
 * Calibration plot: how often p-values come against how often they say they do, on log scales.
 * @module
 */

/** A point of the plot. */
export interface CalibrationPoint {
  readonly p: number;
  readonly share: number;
}

const [SIZE, LEFT, BOTTOM, LEAST] = [300, 52, 40, 1e-3];
const place = (value: number) => Math.log10(Math.max(value, LEAST) / LEAST) / 3;
const x = (p: number) => LEFT + place(p) * SIZE;
const y = (share: number) => 10 + SIZE - place(share) * SIZE;
const TICKS = [0.001, 0.01, 0.1, 1];

function Line({ points, kind }: { points: readonly CalibrationPoint[]; kind: string }) {
  const seen = points.filter(({ share }) => share > 0);
  const path = seen.map(({ p, share }, i) => `${i === 0 ? "M" : "L"}${x(p)} ${y(share)}`).join("");
  return (
    <g class={kind}>
      <path d={path} />
      {seen.map(({ p, share }) => <circle key={p} cx={x(p)} cy={y(share)} r="3" />)}
    </g>
  );
}

/** Ninety days, and the latest week beside them. */
export function CalibrationPlot({ days, week }: {
  days: readonly CalibrationPoint[];
  week: readonly CalibrationPoint[];
}) {
  const at = (points: readonly CalibrationPoint[], p: number) =>
    points.find((point) => point.p === p)?.share ?? 0;
  return (
    <figure class="calibration">
      <svg
        viewBox={`0 0 ${LEFT + SIZE + 14} ${SIZE + BOTTOM + 10}`}
        role="img"
        aria-label={`One in a hundred is expected at p 0.01: ${
          (at(days, 0.01) * 100).toFixed(1)
        } in a hundred came`}
      >
        {TICKS.map((tick) => (
          <g key={tick}>
            <line class="grid" x1={x(tick)} x2={x(tick)} y1={10} y2={10 + SIZE} />
            <line class="grid" x1={LEFT} x2={LEFT + SIZE} y1={y(tick)} y2={y(tick)} />
            <text x={x(tick)} y={SIZE + 26} text-anchor="middle">{tick}</text>
            <text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">{tick}</text>
          </g>
        ))}
        <text x={LEFT + SIZE / 2} y={SIZE + 44} text-anchor="middle">expected share (p-value)</text>
        <line class="even" x1={x(LEAST)} y1={y(LEAST)} x2={x(1)} y2={y(1)} />
        <Line points={days} kind="days" />
        <Line points={week} kind="week" />
      </svg>
      <figcaption>
        <span class="key days">90 days</span> <span class="key week">latest week</span>
      </figcaption>
    </figure>
  );
}
