/**
 * What administrators set: the alert budget, criticality, retraining, the rule of two persons.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { RETENTION, retention, type RetentionKind } from "@/server/privacy/retention.ts";
import { act, payload } from "../act.ts";
import { builder, needs, requiredUuid } from "../builder.ts";
import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { Host } from "./host.ts";

/** Settings that the API writes, and what holds where nobody set them. */
const DEFAULTS = { alertBudget: { perDay: 5 }, unmask: { twoPersons: false } } as const;

/** A setting by name. */
export async function setting<Name extends keyof typeof DEFAULTS>(
  sql: Sql,
  name: Name,
): Promise<(typeof DEFAULTS)[Name]> {
  const [row] = await sql<{ value: (typeof DEFAULTS)[Name] }[]>`
    select value from settings where name = ${name}`;
  return row?.value ?? DEFAULTS[name];
}

/** Stores a setting. */
export async function set(
  sql: Sql,
  name: keyof typeof DEFAULTS | "retention" | "alertThreshold" | "training",
  value: Record<string, unknown>,
) {
  await sql`
    insert into settings (name, value) values (${name}, ${sql.json(value as never)})
    on conflict (name) do update set value = excluded.value`;
}

interface SettingsRow {
  readonly perDay: number;
  readonly threshold: number | null;
  readonly twoPersons: boolean;
  readonly retention: Readonly<Record<RetentionKind, number>>;
}

/** All settings. */
export async function settings({ sql }: Context): Promise<SettingsRow> {
  const [[fixed], budget, unmask, kept] = await Promise.all([
    sql<{ value: { p: number } }[]>`select value from settings where name = 'alertThreshold'`,
    setting(sql, "alertBudget"),
    setting(sql, "unmask"),
    retention(sql),
  ]);
  return {
    perDay: budget.perDay,
    threshold: fixed?.value.p ?? null,
    twoPersons: unmask.twoPersons,
    retention: kept,
  };
}

const RetentionKindRef = builder.enumType("RetentionKind", {
  description: "Kinds of data that are kept for a while.",
  values: Object.fromEntries(
    Object.entries(RETENTION).map(([kind, { about }]) => [kind, { description: about }]),
  ) as Record<RetentionKind, { description: string }>,
});

const Retention = builder.objectRef<{ kind: RetentionKind; days: number }>("Retention").implement({
  description: "How long one kind of data is kept.",
  fields: (t) => ({
    kind: t.expose("kind", { type: RetentionKindRef, description: "What." }),
    days: t.exposeInt("days", { description: "Days; the retain job deletes what is older." }),
    least: t.int({
      description: "Fewest days that can be set.",
      resolve: ({ kind }) => RETENTION[kind].least,
    }),
  }),
});

/** What administrators set. */
export const Settings = builder.objectRef<SettingsRow>("Settings").implement({
  description: "What administrators set.",
  fields: (t) => ({
    alertsPerDay: t.exposeFloat("perDay", {
      description: "Alert budget: alerts a day, whole estate.",
    }),
    alertThreshold: t.exposeFloat("threshold", {
      nullable: true,
      description: "Windows of at most this p-value become alerts; null where the budget decides.",
    }),
    unmaskNeedsTwo: t.exposeBoolean("twoPersons", {
      description: "Whether a second privacy officer must approve each unmasking.",
    }),
    retention: t.field({
      type: [Retention],
      description: "How long what is kept.",
      resolve: ({ retention }) =>
        (Object.keys(RETENTION) as RetentionKind[]).map((kind) => ({
          kind,
          days: retention[kind],
        })),
    }),
  }),
});

builder.queryField("settings", (t) =>
  t.field({
    type: Settings,
    description: "What administrators set.",
    extensions: needs.read,
    resolve: (_, _args, context) => settings(context),
  }));

/** The settings as a mutation gives them. */
export const SettingsPayload = payload(
  "SettingsPayload",
  "settings",
  Settings,
  "The settings as they are now.",
);

builder.mutationField("setUnmaskNeedsTwo", (t) =>
  t.field({
    type: SettingsPayload,
    description: "Switches the rule of two persons for unmasking.",
    extensions: needs.accounts,
    args: { twoPersons: t.arg.boolean({ required: true, description: "Whether it shall hold." }) },
    resolve: (_, { twoPersons }, context) =>
      act(
        context,
        { action: "setUnmaskNeedsTwo", subject: "", details: { twoPersons } },
        (tx) => set(tx, "unmask", { twoPersons }),
        () => settings(context),
      ),
  }));

const MOST_DAYS = 3_650;

builder.mutationField("setRetention", (t) =>
  t.field({
    type: SettingsPayload,
    description: "Sets how long a kind of data is kept; the retain job deletes what is older.",
    extensions: needs.configure,
    args: {
      kind: t.arg({ type: RetentionKindRef, required: true, description: "What." }),
      days: t.arg.int({ required: true, description: "Days, from Retention.least to 3,650." }),
    },
    resolve: (_, { kind, days }, context) =>
      act(
        context,
        { action: "setRetention", subject: "", details: { kind, days } },
        async (tx) => {
          const { least } = RETENTION[kind];
          if (days < least || days > MOST_DAYS) {
            const message = `${kind} are kept ${least} to ${MOST_DAYS} days: got ${days}.`;
            throw new UserError("OUT_OF_RANGE", message, "days");
          }
          await set(tx, "retention", { ...await retention(tx), [kind]: days });
        },
        () => settings(context),
      ),
  }));

const CRITICALITY = [0.5, 1, 1.5, 2];

builder.mutationField("setHostCriticality", (t) =>
  t.field({
    type: payload("HostPayload", "host", Host, "The host as it is now."),
    description: "Weighs what happens on a host; risks follow with its next scores.",
    extensions: needs.configure,
    args: {
      hostId: t.arg.id({ required: true, description: "The host." }),
      criticality: t.arg.float({ required: true, description: "0.5, 1, 1.5 or 2." }),
    },
    resolve(_, { hostId, criticality }, context) {
      const id = requiredUuid("Host", hostId);
      return act(
        context,
        { action: "setHostCriticality", subject: hostId, details: { criticality } },
        async (tx) => {
          if (!CRITICALITY.includes(criticality)) {
            throw new UserError(
              "OUT_OF_RANGE",
              "criticality takes 0.5, 1, 1.5 or 2.",
              "criticality",
            );
          }
          const changed = await tx`
            update hosts set criticality = ${criticality} where host_id = ${id}`;
          if (changed.count === 0) {
            throw new UserError("NOT_FOUND", "There is no such host.", "hostId");
          }
        },
        async () => (await context.loaders.host.clear(id).load(id))!,
      );
    },
  }));

builder.mutationField("retrainHosts", (t) =>
  t.field({
    type: payload("JobsPayload", "jobs", "Int", "How many jobs were queued."),
    description: "Queues training of hosts' models on what they have sent up to now.",
    extensions: needs.configure,
    args: { hostIds: t.arg.idList({ required: true, description: "The hosts, at most 1,000." }) },
    resolve(_, { hostIds }, context) {
      const ids = hostIds.map((id) => requiredUuid("Host", id));
      return act(
        context,
        { action: "retrainHosts", subject: "", details: { hostIds } },
        async (tx) => {
          const { enqueue } = context;
          if (!enqueue) {
            throw new UserError("UNAVAILABLE", "No job runner is connected to this server.");
          }
          if (ids.length > 1000) {
            throw new UserError("OUT_OF_RANGE", "At most 1,000 hosts at once.", "hostIds");
          }
          const known = await tx<{ id: string }[]>`
            select host_id as id from hosts where host_id = any(${ids}::uuid[])`;
          if (known.length === 0) {
            throw new UserError("NOT_FOUND", "There is no such host.", "hostIds");
          }
          for (const { id } of known) {
            await enqueue(tx, "train", { hostId: id });
          }
          return known.length;
        },
        (queued) => queued,
      );
    },
  }));
