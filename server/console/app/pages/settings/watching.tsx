/**
 * Settings of watching: the alert budget, and suppressions.
 * @module
 */
import { useState } from "preact/hooks";
import { act, say } from "../../act.tsx";
import { count, counted, number, oneIn } from "../../format.ts";
import { usePages, useQuery } from "../../query.ts";
import { Form, TextField } from "../../ui/form.tsx";
import { Answered, Empty, KINDS, Time } from "../../ui/parts.tsx";
import { Table } from "../../ui/table.tsx";
import { useMay } from "../../viewer.ts";
import {
  BudgetPreview,
  EndSuppression,
  SetBudget,
  SettingsNow,
  type SuppressionListed,
  Suppressions as SuppressionList,
} from "./settings.graphql.ts";

/** What a budget would have raised in the latest 30 days. */
function Preview({ perDay }: { perDay: number }) {
  const found = useQuery(BudgetPreview, { perDay }).data?.alertBudgetPreview;
  if (!found) return <p class="muted">Looking at the latest 30 days …</p>;
  const { days, limitP, complete } = found;
  const total = days.reduce((sum, { alerts }) => sum + alerts, 0);
  const most = Math.max(0, ...days.map(({ alerts }) => alerts));
  return (
    <p class="muted" aria-live="polite">
      {number(perDay)} a day would have raised {complete ? "" : "more than "}
      {counted(total, "alert")} on {counted(days.length, "day")} of the latest 30, at most{" "}
      {count(most)} on one, before suppressions: hours rarer than {oneIn(limitP)}.
    </p>
  );
}

/** The alert budget. */
export function Budget() {
  const [typed, setTyped] = useState<number | undefined>(undefined);
  const query = useQuery(SettingsNow, {});
  const mayConfigure = useMay("configure");
  const send = async (data: FormData) => {
    const perDay = Number(data.get("perDay"));
    if (!await act(SetBudget, { perDay })) return false;
    say({ text: `From the next scores on: ${number(perDay)} alerts a day.` });
    await query.reload();
    return false;
  };
  return (
    <Answered query={query}>
      {({ settings, overview }) => (
        <section class="card">
          <h2>Alert budget</h2>
          <p>
            The estate raises about {number(settings.alertsPerDay)}{" "}
            alerts a day: whatever is strangest, however strange that is.{" "}
            {count(overview.openAlerts)} are open; the last week that had any raised{" "}
            {count(overview.raisedInWeek)}.
          </p>
          {mayConfigure && (
            <Form
              action="Set the budget"
              onSend={send}
              onInput={(data) => setTyped(Number(data.get("perDay")) || undefined)}
            >
              <TextField
                label="Alerts a day, whole estate"
                name="perDay"
                type="number"
                min={0.01}
                max={10_000}
                step="any"
                value={settings.alertsPerDay}
                hint="As many as somebody will read. 0.5 is one every other day."
              />
              <Preview perDay={typed ?? settings.alertsPerDay} />
            </Form>
          )}
        </section>
      )}
    </Answered>
  );
}

/** What a suppression fits, as one line. */
function fits({ user, host, entityClass, features }: SuppressionListed): string {
  const parts = [
    user && `user ${user.pseudonym.slice(0, 8)}`,
    entityClass && KINDS[entityClass],
    host && `on ${host.name}`,
    features.length > 0 && `about ${features.map(({ phrase }) => phrase).join(", ")}`,
  ];
  return parts.filter(Boolean).join(" ") || "everything";
}

/** Suppressions in force. */
export function Suppressions() {
  const list = usePages(SuppressionList, { first: 100 }, ({ suppressions }) => suppressions);
  const mayTriage = useMay("triage");
  const end = async (suppressionId: string) => {
    if (await act(EndSuppression, { suppressionId })) await list.reload();
  };
  return (
    <Answered query={{ data: list.rows, error: list.error }}>
      {(rows) =>
        rows.length === 0
          ? (
            <Empty title="Nothing is suppressed">
              <p>An alert that is labelled false or expected can suppress those like it.</p>
            </Empty>
          )
          : (
            <Table
              name="suppressions"
              rows={rows}
              rowKey={({ id }) => id}
              hasMore={list.hasMore}
              more={list.more}
              all={list.all}
              columns={[
                { title: "Hides", cell: (row) => <bdi>{fits(row)}</bdi>, csv: fits },
                {
                  title: "Because",
                  cell: ({ reason }) => <bdi>{reason}</bdi>,
                  csv: ({ reason }) => reason,
                },
                {
                  title: "By",
                  cell: ({ createdBy }) => <bdi>{createdBy}</bdi>,
                  csv: ({ createdBy }) => createdBy,
                  wide: true,
                },
                {
                  title: "Until",
                  cell: ({ expiresAt }) => <Time at={expiresAt} />,
                  csv: ({ expiresAt }) => expiresAt,
                },
                {
                  title: "End",
                  cell: ({ id }) =>
                    mayTriage && (
                      <button type="button" onClick={() => void end(id)}>
                        End now
                      </button>
                    ),
                },
              ]}
            />
          )}
    </Answered>
  );
}
