/**
 * Targets of the export: where open alerts are sent to.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { checkTarget, TARGET_KINDS, type TargetKind } from "@/server/export/deliver.ts";
import { uuidv7 } from "@/server/ids.ts";
import { lock } from "@/server/privacy/secret_box.ts";
import { act, checkText, payload } from "../act.ts";
import { builder, globalId, needs, requiredUuid } from "../builder.ts";
import { UserError } from "../errors.ts";

const ExportKind = builder.enumType("ExportKind", {
  description: "Form of what is sent: OCSF Detection Finding or plain JSON by HTTPS, CEF by TCP.",
  values: TARGET_KINDS,
});

interface TargetRow {
  readonly id: string;
  readonly name: string;
  readonly kind: TargetKind;
  readonly url: string;
  readonly signed: boolean;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly delivered: number;
  readonly waiting: number;
  readonly lastError: string | null;
}

const ExportTarget = builder.objectRef<TargetRow>("ExportTarget").implement({
  description: "Where open alerts are sent to; users leave as pseudonyms.",
  fields: (t) => ({
    id: t.id({ description: "Global id.", resolve: ({ id }) => globalId("ExportTarget", id) }),
    name: t.exposeString("name", { description: "What it is." }),
    kind: t.expose("kind", { type: ExportKind, description: "Form of what is sent." }),
    url: t.exposeString("url", { description: "Where to." }),
    signed: t.exposeBoolean("signed", { description: "Whether a secret signs what is sent." }),
    createdBy: t.exposeString("createdBy", { description: "Who made it." }),
    createdAt: t.expose("createdAt", { type: "DateTime", description: "When." }),
    delivered: t.exposeInt("delivered", { description: "Alerts that it took." }),
    waiting: t.exposeInt("waiting", { description: "Alerts that are due or tried again." }),
    lastError: t.exposeString("lastError", {
      nullable: true,
      description: "Why the latest attempt failed, of those still waiting.",
    }),
  }),
});

function targets(sql: Sql, id: string | null) {
  return sql<TargetRow[]>`
    select t.id, t.name, t.kind, t.url, t.secret is not null as signed, t.created_by as "createdBy",
      t.created_at as "createdAt", count(d.delivered_at)::int as delivered,
      count(d.next_attempt)::int as waiting,
      max(d.last_error) filter (where d.next_attempt is not null) as "lastError"
    from export_targets t
    left join deliveries d on d.target_id = t.id
    where (${id}::uuid is null or t.id = ${id}) and t.active
    group by t.id
    order by t.name, t.id
    limit 500`;
}

builder.queryField("exportTargets", (t) =>
  t.field({
    type: [ExportTarget],
    description: "Targets of the export by name.",
    extensions: needs.configure,
    resolve: (_, _args, { sql }) => targets(sql, null),
  }));

const ExportTargetPayload = payload("ExportTargetPayload", "target", ExportTarget, "The target.");

builder.mutationField("createExportTarget", (t) =>
  t.field({
    type: ExportTargetPayload,
    description: "Sends every alert that is raised as open from now on to a target.",
    extensions: needs.configure,
    args: {
      name: t.arg.string({ required: true, description: "What it is." }),
      kind: t.arg({ type: ExportKind, required: true, description: "Form of what is sent." }),
      url: t.arg.string({
        required: true,
        description: "https://host/path, or tcp://host:port for CEF.",
      }),
      secret: t.arg.string({ description: "Signs what is sent by HTTPS; rests encrypted." }),
    },
    resolve(_, { name, kind, url, secret }, context) {
      const id = uuidv7(context.now());
      const details = { name, kind, url, signed: Boolean(secret) };
      return act(
        context,
        { action: "createExportTarget", subject: globalId("ExportTarget", id), details },
        async (tx) => {
          try {
            checkTarget(kind, url);
          } catch (error) {
            if (error instanceof RangeError) {
              throw new UserError("BAD_URL", `${error.message}.`, "url");
            }
            throw error;
          }
          const locked = secret
            ? lock(checkText(secret, "secret", 16, 256), context.keys.secretsKey, id)
            : null;
          await tx`
            insert into export_targets (id, name, kind, url, secret, created_by)
            values (${id}, ${checkText(name, "name", 1, 128)}, ${kind}, ${url}, ${locked},
              ${context.principal.name})`;
        },
        async () => (await targets(context.sql, id))[0]!,
      );
    },
  }));

builder.mutationField("removeExportTarget", (t) =>
  t.field({
    type: payload("RemovedTargetPayload", "removed", "Boolean", "True if it was removed."),
    description: "Stops sending to a target, and forgets what waited for it.",
    extensions: needs.configure,
    args: { targetId: t.arg.id({ required: true, description: "The target." }) },
    resolve(_, { targetId }, context) {
      const id = requiredUuid("ExportTarget", targetId);
      return act(context, { action: "removeExportTarget", subject: targetId }, async (tx) => {
        const gone = await tx`delete from export_targets where id = ${id}`;
        if (gone.count === 0) {
          throw new UserError("NOT_FOUND", "There is no such target.", "targetId");
        }
      }, () => true);
    },
  }));
