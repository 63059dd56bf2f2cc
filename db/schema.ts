/**
 * Every table's shape. `host_id` leads each key of the data plane, so that the same schema runs on
 * one Postgres or, distributed by host, on many; no serial is shared between hosts.
 * One writer per table: ingest -> hosts, users, ledger, vectors; train job -> models; fleet job -> fleet_models; score job ->
 * scores, alerts; baseline job -> baselines, sketches; jobs -> job_progress. The score job also moves
 * two marks of ingest's: a user's last_seen, and the ledger's unscored_from.
 * @module
 */
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  customType,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

/** 128 float32 numbers, little-endian, as bytea: 512 bytes instead of a 1 KiB float4[]. */
export const vector = customType<{ data: Float32Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
  toDriver: (values) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  fromDriver: (bytes) => new Float32Array(new Uint8Array(bytes).buffer),
});

/** Bytes as they are. */
export const bytea = customType<{ data: Uint8Array; driverData: Uint8Array }>({
  dataType: () => "bytea",
});

const instant = (name: string) => timestamp(name, { withTimezone: true });

/** Computers that have sent rows. */
export const hosts = pgTable("hosts", {
  hostId: uuid("host_id").primaryKey(),
  name: text("name").notNull(),
  agentId: uuid("agent_id"),
  criticality: real("criticality").notNull().default(1),
  offsetMinutes: smallint("offset_minutes").notNull().default(0),
  firstSeen: instant("first_seen").notNull(),
  lastSeen: instant("last_seen").notNull(),
}, (table) => [
  index("hosts_name").on(table.name, table.hostId),
  index("hosts_last_seen").on(table.lastSeen, table.hostId),
]);

/** Accounts seen on a host, under their pseudonyms. */
export const users = pgTable("users", {
  hostId: uuid("host_id").notNull(),
  userId: uuid("user_id").notNull(),
  entityClass: text("entity_class").notNull(),
  sealedName: bytea("sealed_name").notNull(),
  firstSeen: instant("first_seen").notNull(),
  lastSeen: instant("last_seen").notNull(),
}, (table) => [
  primaryKey({ columns: [table.hostId, table.userId] }),
  index("users_user").on(table.userId),
  index("users_class").on(table.entityClass, table.userId),
]);

/** How far each host's stream has been taken in. */
export const ledger = pgTable("ledger", {
  hostId: uuid("host_id").primaryKey(),
  epoch: uuid("epoch").notNull(),
  lastSeq: bigint("last_seq", { mode: "number" }).notNull(),
  /** Rows ever taken in, over all epochs: what a model's age is counted in. */
  stored: bigint("stored", { mode: "number" }).notNull().default(0),
  /** No unscored window begins earlier; null where every window has its score. */
  unscoredFrom: instant("unscored_from"),
});

/** One row per user and hour: 128 numbers in wire units. Range-partitioned by week. */
export const vectors = pgTable("vectors", {
  hostId: uuid("host_id").notNull(),
  windowStart: instant("window_start").notNull(),
  userId: uuid("user_id").notNull(),
  seq: bigint("seq", { mode: "number" }).notNull(),
  offsetMinutes: smallint("offset_minutes").notNull(),
  events: integer("events").notNull(),
  channels: integer("channels").notNull(),
  values: vector("values").notNull(),
}, (table) => [primaryKey({ columns: [table.hostId, table.windowStart, table.userId] })]);

/** What hosts' models take from their fleet, learned from a sample of hosts; one is active. */
export const fleetModels = pgTable("fleet_models", {
  fleetId: uuid("fleet_id").primaryKey(),
  /** Hosts and windows that it was learned from. */
  hosts: integer("hosts").notNull(),
  windows: integer("windows").notNull(),
  /** `stored` of all ledgers together when it was trained. */
  stored: bigint("stored", { mode: "number" }).notNull(),
  bytes: bytea("bytes").notNull(),
  /** Schema id, seed, engine, losses, calibration. */
  figures: jsonb("figures").notNull(),
  trainedFrom: instant("trained_from").notNull(),
  trainedTo: instant("trained_to").notNull(),
  createdAt: instant("created_at").notNull(),
  active: boolean("active").notNull(),
}, (table) => [uniqueIndex("fleet_models_active").on(table.active).where(sql`active`)]);

/** Checkpoints; one is active per host. */
export const models = pgTable("models", {
  hostId: uuid("host_id").notNull(),
  modelId: uuid("model_id").notNull(),
  /** The fleet's model that it was trained with. */
  fleetId: uuid("fleet_id"),
  pooled: boolean("pooled").notNull(),
  windows: integer("windows").notNull(),
  /** `stored` of the host's ledger when it was trained. */
  stored: bigint("stored", { mode: "number" }).notNull().default(0),
  bytes: bytea("bytes").notNull(),
  figures: jsonb("figures").notNull(),
  trainedFrom: instant("trained_from").notNull(),
  trainedTo: instant("trained_to").notNull(),
  createdAt: instant("created_at").notNull(),
  active: boolean("active").notNull(),
}, (table) => [
  primaryKey({ columns: [table.hostId, table.modelId] }),
  uniqueIndex("models_active").on(table.hostId).where(sql`active`),
  index("models_created").on(table.createdAt, table.modelId),
]);

/** What is usual: one row per user and feature, `user_id` null-uuid for the host as a whole. */
export const baselines = pgTable("baselines", {
  hostId: uuid("host_id").notNull(),
  userId: uuid("user_id").notNull(),
  feature: smallint("feature").notNull(),
  windows: integer("windows").notNull(),
  activeShare: real("active_share").notNull(),
  median: real("median").notNull(),
  iqr: real("iqr").notNull(),
  p95: real("p95").notNull(),
  p99: real("p99").notNull(),
  trainedFrom: instant("trained_from").notNull(),
  trainedTo: instant("trained_to").notNull(),
}, (table) => [primaryKey({ columns: [table.hostId, table.userId, table.feature] })]);

/** What baselines are made from: mergeable sketches, so that no day is read twice. */
export const sketches = pgTable("sketches", {
  hostId: uuid("host_id").notNull(),
  userId: uuid("user_id").notNull(),
  windows: integer("windows").notNull(),
  /** Windows by hour of the week in the host's own time, Monday 0:00 first. */
  hours: integer("hours").array().notNull(),
  /** Quantile sketch of each column, see server/jobs/sketch.ts. */
  bytes: bytea("bytes").notNull(),
  /** First window counted. */
  countedFrom: instant("counted_from").notNull(),
  /** Windows that begin before this are counted. */
  countedTo: instant("counted_to").notNull(),
}, (table) => [primaryKey({ columns: [table.hostId, table.userId] })]);

/** Raw score and p-value of each window, and the five columns that contribute most. */
export const scores = pgTable("scores", {
  hostId: uuid("host_id").notNull(),
  windowStart: instant("window_start").notNull(),
  userId: uuid("user_id").notNull(),
  modelId: uuid("model_id").notNull(),
  score: real("score").notNull(),
  p: doublePrecision("p").notNull(),
  confidence: real("confidence").notNull(),
  topColumns: smallint("top_columns").array().notNull(),
  topShares: real("top_shares").array().notNull(),
  topLow: real("top_low").array().notNull(),
  topHigh: real("top_high").array().notNull(),
}, (table) => [
  primaryKey({ columns: [table.hostId, table.windowStart, table.userId] }),
  index("scores_strangest")
    .on(table.p, sql`(-score)`, table.hostId, table.windowStart, table.userId),
  // With p at the end, so that timelines and calibrations are read from the index alone.
  index("scores_time").on(table.windowStart, table.hostId, table.userId, table.p),
  index("scores_user_time").on(table.userId, table.windowStart, table.hostId, table.p),
]);

/** Windows within the alert budget. */
export const alerts = pgTable("alerts", {
  hostId: uuid("host_id").notNull(),
  alertId: uuid("alert_id").notNull(),
  userId: uuid("user_id").notNull(),
  windowStart: instant("window_start").notNull(),
  p: doublePrecision("p").notNull(),
  score: real("score").notNull(),
  raisedAt: instant("raised_at").notNull(),
}, (table) => [
  primaryKey({ columns: [table.hostId, table.alertId] }),
  index("alerts_raised").on(table.raisedAt.desc(), table.alertId),
  uniqueIndex("alerts_window").on(table.hostId, table.windowStart, table.userId),
]);

/** How far each running or ended job is. */
export const jobProgress = pgTable("job_progress", {
  jobId: uuid("job_id").primaryKey(),
  queue: text("queue").notNull(),
  done: integer("done").notNull(),
  total: integer("total").notNull(),
  message: text("message").notNull(),
  startedAt: instant("started_at").notNull(),
  updatedAt: instant("updated_at").notNull(),
  endedAt: instant("ended_at"),
}, (table) => [index("job_progress_started").on(table.startedAt, table.jobId)]);

/** Settings by name. */
export const settings = pgTable("settings", {
  name: text("name").primaryKey(),
  value: jsonb("value").notNull(),
});
