/**
 * The alert budget: how many alerts a day the estate shall raise, and what another number would do.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { act } from "../act.ts";
import { builder, needs } from "../builder.ts";
import { UserError } from "../errors.ts";
import { set, setting, settings, SettingsPayload } from "./settings.ts";

const MOST = 10_000;
/** Windows that a preview looks at: a budget that takes more is past any use. */
const MOST_WINDOWS = 100_000;

function checkBudget(perDay: number): void {
  if (perDay >= 0.01 && perDay <= MOST) return;
  throw new UserError("OUT_OF_RANGE", `perDay takes 0.01 to 10,000: got ${perDay}.`, "perDay");
}

builder.mutationField("setAlertBudget", (t) =>
  t.field({
    type: SettingsPayload,
    description:
      "Sets how many alerts a day the estate shall raise; thresholds follow from it, in place of " +
      "one that setAlertThreshold set.",
    extensions: needs.configure,
    args: { perDay: t.arg.float({ required: true, description: "Alerts a day, 0.01 to 10,000." }) },
    resolve: (_, { perDay }, context) =>
      act(
        context,
        { action: "setAlertBudget", subject: "", details: { perDay } },
        async (tx) => {
          checkBudget(perDay);
          await set(tx, "alertBudget", { perDay });
          await tx`delete from settings where name = 'alertThreshold'`;
        },
        () => settings(context),
      ),
  }));

builder.mutationField("setAlertThreshold", (t) =>
  t.field({
    type: SettingsPayload,
    description: "Sets up to which p-value windows become alerts, whatever their number.",
    extensions: needs.configure,
    args: {
      p: t.arg.float({ description: "0.0000001 to 0.1; left out, the budget decides again." }),
    },
    resolve: (_, { p }, context) =>
      act(
        context,
        { action: "setAlertThreshold", subject: "", details: { p: p ?? null } },
        async (tx) => {
          if (p === null || p === undefined) {
            await tx`delete from settings where name = 'alertThreshold'`;
          } else if (p >= 1e-7 && p <= 0.1) await set(tx, "alertThreshold", { p });
          else throw new UserError("OUT_OF_RANGE", `p takes 0.0000001 to 0.1: got ${p}.`, "p");
        },
        () => settings(context),
      ),
  }));

interface PreviewRow {
  readonly perDay: number;
  readonly limitP: number;
  readonly days: readonly { readonly day: string; readonly windows: number }[];
  readonly complete: boolean;
}

const PreviewDay = builder.objectRef<PreviewRow["days"][number]>("AlertBudgetDay").implement({
  description: "One day under another alert budget.",
  fields: (t) => ({
    day: t.exposeString("day", { description: "The day, UTC: 2026-11-23." }),
    alerts: t.exposeInt("windows", { description: "Alerts it would have raised." }),
  }),
});

const Preview = builder.objectRef<PreviewRow>("AlertBudgetPreview").implement({
  description: "What an alert budget would have raised of late, before suppressions.",
  fields: (t) => ({
    alertsPerDay: t.exposeFloat("perDay", { description: "The budget." }),
    limitP: t.exposeFloat("limitP", {
      description: "Windows of at most this p-value become alerts: the budget over windows a day.",
    }),
    days: t.field({
      type: [PreviewDay],
      description: "Day by day, latest first; days without any are left out.",
      resolve: ({ days }) => [...days],
    }),
    complete: t.exposeBoolean("complete", {
      description: "False where there are so many that the oldest days are left out.",
    }),
  }),
});

/** Windows a day, as the calibrate job counts them; else those of the latest week of scores. */
async function windowRate(sql: Sql): Promise<number> {
  const [row] = await sql<{ perDay: number }[]>`
    select coalesce(
      (select (value ->> 'perDay')::float8 from settings where name = 'windowRate'),
      (select count(*) / 7.0 from scores
        where window_start > (select max(window_start) from scores) - interval '7 days')
    )::float8 as "perDay"`;
  return Math.max(1, row!.perDay);
}

async function preview(sql: Sql, perDay: number, days: number): Promise<PreviewRow> {
  const limitP = Math.min(1, perDay / await windowRate(sql));
  const rows = await sql<{ day: string; windows: number }[]>`
    select to_char(day, 'YYYY-MM-DD') as day, count(*)::int as windows
    from (
      select date_trunc('day', window_start, 'UTC') at time zone 'UTC' as day
      from scores
      where p <= ${limitP}::float8
        and window_start > (select max(window_start) from scores)
          - make_interval(days => ${days}::int)
      order by window_start desc
      limit ${MOST_WINDOWS}
    ) as raised
    group by day
    order by day desc`;
  const complete = rows.reduce((sum, { windows }) => sum + windows, 0) < MOST_WINDOWS;
  return { perDay, limitP, days: rows, complete };
}

builder.queryField("alertBudgetPreview", (t) =>
  t.field({
    type: Preview,
    description: "What an alert budget would have raised, before it is set.",
    extensions: { ...needs.read, cost: 100 },
    args: {
      perDay: t.arg.float({ description: "Alerts a day; the present budget if not given." }),
      days: t.arg.int({ defaultValue: 30, description: "Days to look back, 1 to 90." }),
    },
    async resolve(_, args, { sql }) {
      const days = args.days ?? 30;
      if (days < 1 || days > 90) throw new UserError("OUT_OF_RANGE", "days takes 1 to 90.", "days");
      const perDay = args.perDay ?? (await setting(sql, "alertBudget")).perDay;
      checkBudget(perDay);
      return await preview(sql, perDay, days);
    },
  }));
