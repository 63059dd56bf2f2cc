/**
 * Sparklines: how surprising each of the latest 30 days was.
 * @module
 */

const DAYS = 30;
const DAY_MS = 86_400_000;
const [WIDTH, HEIGHT] = [120, 24];
/** A day at the top of the line: one in 20,000 usual days. */
const TOP = 10;

/** One day's surprise. */
export interface Day {
  /** 2026-11-23 */
  readonly day: string;
  /** -ln of the chance of such a day. */
  readonly surprise: number;
}

/** The surprise of each of the 30 days up to `latest`; 0 where a day was usual. */
export function dailySurprise(days: readonly Day[], latest: string): number[] {
  const last = Math.floor(Date.parse(latest) / DAY_MS);
  const found = new Map(days.map(({ day, surprise }) => [Date.parse(day) / DAY_MS, surprise]));
  return Array.from({ length: DAYS }, (_, i) => found.get(last - DAYS + 1 + i) ?? 0);
}

/** Bars of 30 days. */
export function Spark({ days, latest }: { days: readonly Day[]; latest: string | null }) {
  if (!latest) return null;
  const values = dailySurprise(days, latest);
  const step = WIDTH / DAYS;
  const strange = values.filter((value) => value > 0).length;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`${strange} of ${DAYS} days were unusual`}
    >
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {values.map((value, i) => {
        const height = Math.min(value / TOP, 1) * (HEIGHT - 3);
        return height > 0 && (
          <rect
            key={i}
            class={value > 7 ? "high" : undefined}
            x={i * step + 0.5}
            y={HEIGHT - 1 - height}
            width={step - 1}
            height={height}
          />
        );
      })}
    </svg>
  );
}
