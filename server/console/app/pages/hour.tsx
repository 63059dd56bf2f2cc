/**
 * One hour opened: what made it strange, and every column with what is usual beside it.
 * @module
 */
import { useState } from "preact/hooks";
import { amount, oneIn, percent } from "../format.ts";
import { useQuery } from "../query.ts";
import { Answered, Rarity, Techniques, Time, Where, Who } from "../ui/parts.tsx";
import { Table } from "../ui/table.tsx";
import { Reasons } from "./reasons.tsx";
import { HourFeatures, HourOpened, type OpenedScore } from "./user.graphql.ts";

const HOUR_MS = 3_600_000;

function Features({ id }: { id: string }) {
  const query = useQuery(HourFeatures, { id });
  return (
    <Answered query={query}>
      {({ score }) =>
        score?.window
          ? (
            <Table
              name="features"
              rows={score.window.features}
              rowKey={({ feature }) => feature.name}
              columns={[
                {
                  title: "Feature",
                  cell: ({ feature }) => feature.phrase,
                  csv: ({ feature }) => feature.name,
                },
                {
                  title: "Value",
                  numeric: true,
                  cell: ({ value, feature }) => amount(value, feature.unit),
                  csv: ({ value }) => value,
                },
                {
                  title: "Usually",
                  numeric: true,
                  cell: ({ baseline, feature }) =>
                    baseline
                      ? `${amount(baseline.median, feature.unit)}, up to ${
                        amount(baseline.p95, feature.unit)
                      }`
                      : "not learned",
                  csv: ({ baseline }) => baseline?.p95 ?? "",
                },
                {
                  title: "Hours with it",
                  numeric: true,
                  wide: true,
                  cell: ({ baseline }) => baseline ? percent(baseline.activeShare) : "",
                  csv: ({ baseline }) => baseline?.activeShare ?? "",
                },
                {
                  title: "May show",
                  wide: true,
                  cell: ({ feature }) => <Techniques ids={feature.techniques} />,
                  csv: ({ feature }) => feature.techniques.join(" "),
                },
              ]}
            />
          )
          : <p class="muted">This hour is past its retention.</p>}
    </Answered>
  );
}

function OpenedHour({ score }: { score: OpenedScore }) {
  const [shown, setShown] = useState(false);
  return (
    <article class="hour">
      <div class="facts">
        <Rarity p={score.p} />
        <Who user={score.user} />
        <Where host={score.host} />
        <Time at={score.start} />
        <span>The model knows {percent(score.confidence)} of the history that it wants.</span>
        {score.alert && (
          <a href={`/?alert=${encodeURIComponent(score.alert.id)}`}>Alert, {score.alert.state}</a>
        )}
      </div>
      <Reasons reasons={score.contributions} />
      <p>
        <button type="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? "Hide the other features" : "Show every feature of this hour"}
        </button>
      </p>
      {shown && <Features id={score.id} />}
    </article>
  );
}

/** The hour that a timeline opened, strangest window first. */
export function Hour({ hour, userId, hostId, onClose }: {
  hour: number;
  userId?: string;
  hostId?: string;
  onClose: () => void;
}) {
  const [from, to] = [hour, hour + 1].map((it) => new Date(it * HOUR_MS).toISOString());
  const query = useQuery(HourOpened, { userId, hostId, from: from!, to: to! });
  return (
    <section class="opened" aria-live="polite">
      <header class="row">
        <h3>
          <Time at={from!} />
        </h3>
        <button type="button" class="quiet" onClick={onClose}>Close</button>
      </header>
      <Answered query={query}>
        {({ scores }) =>
          scores.edges.length === 0
            ? <p class="muted">No window of this hour has a score; nothing happened.</p>
            : scores.edges.map(({ node }) => <OpenedHour key={node.id} score={node} />)}
      </Answered>
      <p class="sr">{query.data && `${oneIn(query.data.scores.edges[0]?.node.p ?? 1)}`}</p>
    </section>
  );
}
