/**
 * What people decide, and the trace that every decision leaves.
 * @module
 */
import { sql } from "drizzle-orm";
import {
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "../schema.ts";
import { moment, momentNow } from "./columns.ts";

/** Where each alert stands: a row comes with the alert by a trigger, people change it. */
export const alertCases = pgTable("alert_cases", {
  hostId: uuid("host_id").notNull(),
  alertId: uuid("alert_id").notNull(),
  userId: uuid("user_id").notNull(),
  p: doublePrecision("p").notNull(),
  raisedAt: moment("raised_at").notNull(),
  /** open, suppressed or closed. */
  state: text("state").notNull().default("open"),
  /** truePositive, falsePositive, benignExpected or null. */
  label: text("label"),
  note: text("note").notNull().default(""),
  assignee: uuid("assignee"),
  updatedAt: momentNow("updated_at"),
}, (table) => [
  primaryKey({ columns: [table.hostId, table.alertId] }),
  index("alert_cases_alert").on(table.alertId),
  index("alert_cases_raised").on(table.raisedAt, table.alertId),
  index("alert_cases_strangest").on(table.p, table.alertId),
  index("alert_cases_state").on(table.state, table.raisedAt, table.alertId),
  index("alert_cases_state_strangest").on(table.state, table.p, table.alertId),
  index("alert_cases_user").on(table.userId, table.raisedAt, table.alertId),
  index("alert_cases_host").on(table.hostId, table.raisedAt, table.alertId),
  index("alert_cases_assignee").on(table.assignee, table.raisedAt, table.alertId),
]);

/**
 * Risk of a user over windows and hosts, written after scoring, so that ranking is one index scan.
 */
export const risks = pgTable("risks", {
  userId: uuid("user_id").primaryKey(),
  entityClass: text("entity_class").notNull(),
  /** 0 to 100, after criticality. */
  risk: real("risk").notNull(),
  /** Hosts that the user was seen on. */
  hosts: integer("hosts").notNull(),
  lastSeen: moment("last_seen").notNull(),
  /** What the number is made of, day by day. */
  reasons: jsonb("reasons").notNull(),
  updatedAt: momentNow("updated_at"),
}, (table) => [
  index("risks_risk").on(table.risk, table.userId),
  index("risks_last_seen").on(table.lastSeen, table.userId),
  index("risks_class_risk").on(table.entityClass, table.risk, table.userId),
]);

/** Risk of a host: the largest part of a user's risk that happened there. */
export const hostRisks = pgTable("host_risks", {
  hostId: uuid("host_id").primaryKey(),
  /** 0 to 100. */
  risk: real("risk").notNull(),
  /** The strangest user of each day there. */
  reasons: jsonb("reasons").notNull(),
});

/** Alerts that shall not be raised: those that every stated condition fits. */
export const suppressions = pgTable("suppressions", {
  id: uuid("id").primaryKey(),
  /** Null stands for any. */
  entityClass: text("entity_class"),
  hostId: uuid("host_id"),
  userId: uuid("user_id"),
  /** An alert fits if the column that contributes most is among these; empty stands for any. */
  columns: smallint("columns").array().notNull(),
  reason: text("reason").notNull(),
  createdBy: text("created_by").notNull(),
  createdAt: momentNow("created_at"),
  expiresAt: moment("expires_at").notNull(),
  endedAt: moment("ended_at"),
}, (table) => [index("suppressions_by_time").on(table.createdAt, table.id)]);

/** Every label ever given to an alert; the newest is the alert's. */
export const labels = pgTable("labels", {
  id: uuid("id").primaryKey(),
  hostId: uuid("host_id").notNull(),
  alertId: uuid("alert_id").notNull(),
  label: text("label").notNull(),
  note: text("note").notNull().default(""),
  createdBy: text("created_by").notNull(),
  createdAt: momentNow("created_at"),
}, (table) => [
  index("labels_by_alert").on(table.alertId, table.createdAt),
  index("labels_by_time").on(table.createdAt, table.id),
]);

/** Requests to see the name behind a pseudonym. */
export const unmaskRequests = pgTable("unmask_requests", {
  id: uuid("id").primaryKey(),
  userId: uuid("user_id").notNull(),
  reason: text("reason").notNull(),
  requestedBy: text("requested_by").notNull(),
  requestedAt: momentNow("requested_at"),
  /** The second person, where the rule of two is on. */
  approvedBy: text("approved_by"),
  decidedAt: moment("decided_at"),
  expiresAt: moment("expires_at").notNull(),
}, (table) => [index("unmask_requests_by_time").on(table.requestedAt, table.id)]);

/** Who did what and when. Rows are only added. */
export const audit = pgTable("audit", {
  id: uuid("id").primaryKey(),
  at: momentNow("at"),
  actor: text("actor").notNull(),
  action: text("action").notNull(),
  /** What it was done to: a global id, or "". */
  subject: text("subject").notNull().default(""),
  details: jsonb("details").notNull(),
}, (table) => [
  index("audit_by_time").on(table.at, table.id),
  index("audit_by_action").on(table.action, table.at, table.id),
]);

/** Where alerts are sent to. */
export const exportTargets = pgTable("export_targets", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  /** ocsf, cef or webhook. */
  kind: text("kind").notNull(),
  /** An https:// address, or tcp://host:port for CEF. */
  url: text("url").notNull(),
  /** Encrypted under the key file; null where none is needed. */
  secret: bytea("secret"),
  active: boolean("active").notNull().default(true),
  createdBy: text("created_by").notNull(),
  createdAt: momentNow("created_at"),
});

/** One alert's way to one target. */
export const deliveries = pgTable("deliveries", {
  id: uuid("id").primaryKey(),
  targetId: uuid("target_id").notNull().references(() => exportTargets.id, { onDelete: "cascade" }),
  hostId: uuid("host_id").notNull(),
  alertId: uuid("alert_id").notNull(),
  attempts: integer("attempts").notNull().default(0),
  /** When to try (again); null once delivered or given up. */
  nextAttempt: moment("next_attempt").defaultNow(),
  deliveredAt: moment("delivered_at"),
  lastError: text("last_error"),
  createdAt: momentNow("created_at"),
}, (table) => [
  index("deliveries_by_target").on(table.targetId, table.createdAt),
  index("deliveries_due").on(table.nextAttempt).where(sql`next_attempt is not null`),
]);

/** Reports that were made. */
export const reports = pgTable("reports", {
  id: uuid("id").primaryKey(),
  kind: text("kind").notNull(),
  from: moment("from").notNull(),
  to: moment("to").notNull(),
  state: text("state").notNull(),
  content: jsonb("content"),
  createdBy: text("created_by").notNull(),
  createdAt: momentNow("created_at"),
}, (table) => [index("reports_by_time").on(table.createdAt, table.id)]);
