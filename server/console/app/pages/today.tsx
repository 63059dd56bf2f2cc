/**
 * Today: alerts within the budget, to be read as sentences and decided by keys.
 * @module
 */
import { counted } from "../format.ts";
import { useNews, usePages } from "../query.ts";
import { Answered, Empty, PageHead, Rarity, Time, Where, Who } from "../ui/parts.tsx";
import { AlertRaised, Today as TodayAlerts, type TodayAlert } from "./today.graphql.ts";

function Row({ alert }: { alert: TodayAlert }) {
  return (
    <li class="alert">
      <p class="sentence">{alert.sentence}</p>
      <p class="facts">
        <Rarity p={alert.p} />
        <Who user={alert.user} />
        <Where host={alert.host} />
        <Time at={alert.start} />
      </p>
    </li>
  );
}

/** The page. */
export function Today() {
  const list = usePages(TodayAlerts, { first: 50, state: "open" }, ({ alerts }) => alerts);
  useNews(AlertRaised, () => void list.reload());
  return (
    <>
      <PageHead title="Today" lead={list.rows && counted(list.rows.length, "open alert")} />
      <Answered query={{ data: list.rows, error: list.error }}>
        {(rows) =>
          rows.length === 0 ? <Empty title="No open alerts" /> : (
            <ol class="alerts">
              {rows.map((alert) => <Row key={alert.id} alert={alert} />)}
            </ol>
          )}
      </Answered>
    </>
  );
}
