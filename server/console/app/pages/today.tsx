/**
 * Today: alerts within the budget, to be read as sentences and decided by keys.
 * @module
 */
import { useEffect, useState } from "preact/hooks";
import { act, say } from "../act.tsx";
import { count, number } from "../format.ts";
import { useKeys } from "../keys.ts";
import { useNews, usePages, useQuery } from "../query.ts";
import { parameter, setParameter } from "../router.ts";
import { Answered, PageHead } from "../ui/parts.tsx";
import { useMay } from "../viewer.ts";
import { AlertRow } from "./alert_row.tsx";
import { Learning, NoAlerts, NothingEnrolled } from "./states.tsx";
import {
  AlertRaised,
  Estate,
  type EstateData,
  OneAlert,
  SetAlertState,
  Today as TodayAlerts,
  type TodayAlert,
} from "./today.graphql.ts";

const STATES = ["open", "closed", "suppressed"] as const;
type State = typeof STATES[number];

function Lead({ estate: { overview, settings } }: { estate: EstateData }) {
  const { hosts, openAlerts, windowsInDay } = overview;
  if (hosts === 0) return <>Nothing has arrived yet.</>;
  return (
    <>
      {count(openAlerts)} open. The budget is {number(settings.alertsPerDay)} a day;{" "}
      {count(windowsInDay)} hours of users were judged in the latest 24 hours.
    </>
  );
}

/** The chosen state of alerts, by the address. */
function chosenState(): State {
  return STATES.find((state) => state === parameter("state")) ?? "open";
}

/** The list with what the keys do; `opened` is in the address, so that a link shows the alert. */
function AlertList({ rows, reload, fresh }: {
  rows: readonly TodayAlert[];
  reload: () => Promise<void>;
  fresh: ReadonlySet<string>;
}) {
  const opened = parameter("alert");
  const [at, setAt] = useState(() => Math.max(0, rows.findIndex(({ id }) => id === opened)));
  const [labelled, setLabelled] = useState("");
  const mayTriage = useMay("triage");
  const current = rows[Math.min(at, rows.length - 1)];
  const focus = (index: number) => {
    const row = rows[Math.min(Math.max(index, 0), rows.length - 1)];
    if (row) document.getElementById(row.id)?.querySelector("button")?.focus();
  };
  const toggle = (id: string) => {
    setParameter("alert", opened === id ? "" : id);
    setLabelled("");
  };
  const label = (id: string) => {
    setParameter("alert", id);
    setLabelled(id);
  };
  async function changed() {
    setLabelled("");
    setParameter("alert", "");
    await reload();
    setTimeout(() => focus(at));
  }
  async function close({ id, state }: TodayAlert) {
    const next = state === "open" ? "closed" : "open";
    if (!await act(SetAlertState, { alertId: id, state: next })) return;
    await changed();
    say({
      text: next === "closed" ? "Closed without a label." : "Open again.",
      undo: () =>
        void act(SetAlertState, { alertId: id, state: next === "closed" ? "open" : "closed" })
          .then(reload),
    });
  }
  useKeys([
    {
      key: "j",
      does: "Next alert",
      run: () => focus(document.activeElement?.closest(".alert") ? at + 1 : at),
    },
    { key: "k", does: "Alert before", run: () => focus(at - 1) },
    { key: "Enter", does: "Show why, or hide it", run: () => current && toggle(current.id) },
    ...(mayTriage
      ? [
        { key: "l", does: "Label the alert", run: () => current && label(current.id) },
        {
          key: "e",
          does: "Close the alert, or open it again",
          run: () => current && void close(current),
        },
      ]
      : []),
  ]);
  return (
    <ol class="alerts">
      {rows.map((alert, index) => (
        <AlertRow
          key={alert.id}
          alert={alert}
          isOpen={opened === alert.id}
          isNew={fresh.has(alert.id)}
          isLabelled={labelled === alert.id}
          onToggle={() => toggle(alert.id)}
          onFocus={() => setAt(index)}
          onLabel={(starts) => starts ? label(alert.id) : setLabelled("")}
          onClose={() => void close(alert)}
          onChange={() => void changed()}
        />
      ))}
    </ol>
  );
}

/** What stands where no alert of the state is there. */
function Nothing({ estate, state }: { estate: EstateData; state: State }) {
  const { hosts, hostsLearning } = estate.overview;
  if (hosts === 0) return <NothingEnrolled />;
  if (hostsLearning === hosts) return <Learning />;
  return <NoAlerts estate={estate} state={state} />;
}

/** The alert of the address, where the list does not hold it. */
function useLinked(rows: readonly TodayAlert[] | undefined): readonly TodayAlert[] | undefined {
  const id = parameter("alert");
  const isMissing = rows !== undefined && id !== "" && !rows.some((row) => row.id === id);
  const linked = useQuery(OneAlert, { id }, { skip: !isMissing }).data?.alert;
  return isMissing && linked ? [linked, ...rows] : rows;
}

/** The page. */
export function Today() {
  const state = chosenState();
  const estate = useQuery(Estate, {});
  const list = usePages(TodayAlerts, { first: 50, state }, ({ alerts }) => alerts);
  const rows = useLinked(list.rows);
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const reload = async () => {
    await Promise.all([list.reload(), estate.reload()]);
  };
  useNews(AlertRaised, ({ alertRaised }) => {
    if (!alertRaised) return;
    setFresh((before) => new Set([...before, alertRaised.id]));
    void reload();
  });
  useEffect(() => setFresh(new Set()), [state]);
  return (
    <>
      <PageHead title="Today" lead={estate.data ? <Lead estate={estate.data} /> : " "}>
        <div class="tabs" role="group" aria-label="Which alerts">
          {STATES.map((it) => (
            <button
              key={it}
              type="button"
              aria-pressed={it === state}
              onClick={() => setParameter("state", it === "open" ? "" : it)}
            >
              {it.charAt(0).toUpperCase() + it.slice(1)}
            </button>
          ))}
        </div>
      </PageHead>
      <Answered query={{ data: rows, error: list.error }}>
        {(rows) =>
          rows.length > 0
            ? (
              <>
                <AlertList key={state} rows={rows} reload={reload} fresh={fresh} />
                {list.hasMore && (
                  <p class="more">
                    <button type="button" onClick={() => void list.more()}>Show more</button>
                  </p>
                )}
              </>
            )
            : (
              <Answered query={estate}>
                {(data) => <Nothing estate={data} state={state} />}
              </Answered>
            )}
      </Answered>
    </>
  );
}
