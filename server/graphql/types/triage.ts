/**
 * What analysts do with alerts: label, note, assign, close.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import { uuidv7 } from "@/server/ids.ts";
import { act, checkText, payload } from "../act.ts";
import { builder, needs, requiredUuid, uuidOf } from "../builder.ts";
import type { Context } from "../context.ts";
import { UserError } from "../errors.ts";
import { Alert, AlertLabel, AlertState } from "./alert.ts";
import { proposal, suppress } from "./suppressions.ts";

builder.mutationType({
  description: "Everything that can be done. Each leaves a row in the audit log.",
});

const AlertPayload = payload("AlertPayload", "alert", Alert, "The alert as it is now.");

/** Changes an alert's case; null keeps what is. */
async function changeCase(
  sql: Sql,
  alertId: string,
  change: { state?: string; label?: string; note?: string; assignee?: string | null },
): Promise<void> {
  const { state = null, label = null, note = null } = change;
  const changed = await sql`
    update alert_cases
    set state = coalesce(${state}, state), label = coalesce(${label}, label),
      note = coalesce(${note}, note),
      assignee = case when ${"assignee" in change}::bool then ${change.assignee ?? null}::uuid
        else assignee end,
      updated_at = now()
    where alert_id = ${alertId}`;
  if (changed.count === 0) throw new UserError("NOT_FOUND", "There is no such alert.", "alertId");
}

function alertDeed(
  context: Context,
  action: string,
  globalAlertId: string,
  details: Record<string, unknown>,
  run: (sql: Sql, alertId: string) => Promise<void>,
) {
  const alertId = requiredUuid("Alert", globalAlertId);
  return act(
    context,
    { action, subject: globalAlertId, details },
    (tx) => run(tx, alertId),
    async () => (await context.loaders.alert.clear(alertId).load(alertId))!,
  );
}

builder.mutationField("labelAlert", (t) =>
  t.field({
    type: AlertPayload,
    description: "Says what an alert was. See labelPreview for what suppressing it would hide.",
    extensions: needs.triage,
    args: {
      alertId: t.arg.id({ required: true, description: "The alert." }),
      label: t.arg({ type: AlertLabel, required: true, description: "What it was." }),
      note: t.arg.string({ description: "Why, for whoever comes next." }),
      suppressDays: t.arg.int({
        description: "Also suppress what labelPreview shows, for so many days; never by itself.",
      }),
    },
    resolve(_, { alertId, label, note, suppressDays }, context) {
      return alertDeed(
        context,
        "labelAlert",
        alertId,
        { label, note, suppressDays },
        async (tx, id) => {
          const text = note ? checkText(note, "note") : undefined;
          await changeCase(tx, id, { label, note: text, state: "closed" });
          const now = context.now();
          await tx`
          insert into labels (id, host_id, alert_id, label, note, created_by)
          select ${uuidv7(now)}, host_id, alert_id, ${label}, ${
            text ?? ""
          }, ${context.principal.name}
          from alert_cases where alert_id = ${id}`;
          if (!suppressDays) return;
          if (label === "truePositive") {
            throw new UserError("CONFLICT", "A true positive is not suppressed.", "suppressDays");
          }
          const shape = (await proposal(tx, id))!;
          await suppress(tx, context, {
            ...shape,
            reason: `Label ${label}: ${text ?? ""}`,
            days: suppressDays,
          });
        },
      );
    },
  }));

builder.mutationField("noteAlert", (t) =>
  t.field({
    type: AlertPayload,
    description: "Replaces the note of an alert.",
    extensions: needs.triage,
    args: {
      alertId: t.arg.id({ required: true, description: "The alert." }),
      note: t.arg.string({ required: true, description: "The note; the audit log keeps the old." }),
    },
    resolve: (_, { alertId, note }, context) =>
      alertDeed(context, "noteAlert", alertId, { note }, (tx, id) =>
        changeCase(tx, id, { note: checkText(note, "note", 0) })),
  }));

builder.mutationField("assignAlert", (t) =>
  t.field({
    type: AlertPayload,
    description: "Assigns an alert to an account, or to nobody.",
    extensions: needs.triage,
    args: {
      alertId: t.arg.id({ required: true, description: "The alert." }),
      accountId: t.arg.id({ description: "The account; nobody if not given." }),
    },
    resolve: (_, { alertId, accountId }, context) =>
      alertDeed(context, "assignAlert", alertId, { accountId }, async (tx, id) => {
        const assignee = uuidOf("Account", accountId);
        if (assignee !== null) {
          const found = await tx`
            select 1 from accounts where account_id = ${assignee} and disabled_at is null`;
          if (found.length === 0) {
            throw new UserError("NOT_FOUND", "There is no such account.", "accountId");
          }
        }
        await changeCase(tx, id, { assignee });
      }),
  }));

builder.mutationField("setAlertState", (t) =>
  t.field({
    type: AlertPayload,
    description: "Closes an alert, or opens it again.",
    extensions: needs.triage,
    args: {
      alertId: t.arg.id({ required: true, description: "The alert." }),
      state: t.arg({ type: AlertState, required: true, description: "open or closed." }),
    },
    resolve: (_, { alertId, state }, context) =>
      alertDeed(context, "setAlertState", alertId, { state }, async (tx, id) => {
        if (state === "suppressed") {
          throw new UserError("CONFLICT", "Use createSuppression to suppress alerts.", "state");
        }
        await changeCase(tx, id, { state });
      }),
  }));
