/**
 * Hours of the week as a heat map.
 * @module
 */
import { counted } from "../format.ts";

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const CELL = 22;
const [LEFT, TOP] = [34, 18];

/** 168 counts, Monday 0:00 first. */
export function HourOfWeek({ hours }: { hours: readonly number[] }) {
  const most = Math.max(1, ...hours);
  const total = hours.reduce((sum, value) => sum + value, 0);
  return (
    <figure class="heat">
      <svg
        viewBox={`0 0 ${LEFT + 24 * CELL} ${TOP + 7 * CELL}`}
        role="img"
        aria-label={`Hours of the week in the hosts' own time, ${counted(total, "window")}`}
      >
        {[0, 6, 12, 18, 23].map((hour) => (
          <text key={hour} x={LEFT + hour * CELL + CELL / 2} y={12} text-anchor="middle">
            {hour}
          </text>
        ))}
        {DAYS.map((day, i) => <text key={day} x={0} y={TOP + i * CELL + 15}>{day}</text>)}
        {hours.map((value, i) => (
          <rect
            key={i}
            x={LEFT + (i % 24) * CELL + 1}
            y={TOP + Math.floor(i / 24) * CELL + 1}
            width={CELL - 2}
            height={CELL - 2}
            rx={3}
            class={value > 0 ? "seen" : undefined}
            fill-opacity={value > 0 ? 0.15 + 0.85 * value / most : undefined}
          >
            <title>
              {DAYS[Math.floor(i / 24)]} {i % 24}:00, {counted(value, "window")}
            </title>
          </rect>
        ))}
      </svg>
    </figure>
  );
}
