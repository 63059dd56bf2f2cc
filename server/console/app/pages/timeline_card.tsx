/**
 * The timeline of a user or a host with the hour that is opened in the address.
 * @module
 */
import { useMemo } from "preact/hooks";
import { counted } from "../format.ts";
import { useQuery } from "../query.ts";
import { parameter, setParameter } from "../router.ts";
import { Answered } from "../ui/parts.tsx";
import { csv } from "../ui/csv.ts";
import { save } from "../ui/save.ts";
import { lazy } from "../ui/lazy.tsx";
import { Hour } from "./hour.tsx";
import { UserTimeline, type UserTimelineData } from "./user.graphql.ts";

const HOUR_MS = 3_600_000;
/** A third of the console is the library that draws it. */
const Timeline = lazy(async () => (await import("../ui/timeline.tsx")).Timeline);

function Chart(
  { data, ids }: { data: UserTimelineData; ids: { userId?: string; hostId?: string } },
) {
  const { hours, strangeness, scored } = data.timeline;
  const alerts = useMemo(
    () => new Set(data.alerts.edges.map(({ node }) => Date.parse(node.start) / HOUR_MS)),
    [data],
  );
  const at = Date.parse(parameter("at")) / HOUR_MS;
  const chosen = Number.isInteger(at) ? at : undefined;
  if (hours.length === 0) return <p class="muted">No hour has a score yet.</p>;
  const download = () =>
    save(
      "habit-timeline.csv",
      csv([
        ["start", "strangeness", "p"],
        ...hours.map((hour, i) => [
          new Date(hour * HOUR_MS).toISOString(),
          strangeness[i]!,
          10 ** -strangeness[i]!,
        ]),
      ]),
    );
  return (
    <>
      <Timeline
        hours={hours}
        strangeness={strangeness}
        alerts={alerts}
        chosen={chosen}
        onChoose={(hour) => setParameter("at", new Date(hour * HOUR_MS).toISOString())}
      />
      <p class="row">
        <small>{counted(scored, "hour")} with a score. Click one to open it.</small>
        <button type="button" class="quiet" onClick={download}>CSV</button>
      </p>
      {chosen !== undefined && (
        <Hour
          key={chosen}
          hour={chosen}
          {...ids}
          onClose={() => setParameter("at", "")}
        />
      )}
    </>
  );
}

/** The card. */
export function TimelineCard(ids: { userId?: string; hostId?: string }) {
  const query = useQuery(UserTimeline, ids);
  return (
    <section class="card">
      <h2>How strange, hour by hour</h2>
      <div class="plot-room">
        <Answered query={query}>{(data) => <Chart data={data} ids={ids} />}</Answered>
      </div>
    </section>
  );
}
