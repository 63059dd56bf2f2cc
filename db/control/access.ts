/**
 * Who may come in: people, programs and agents. Secrets rest as hashes.
 * @module
 */
import {
  boolean,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytea } from "../schema.ts";
import { moment, momentNow } from "./columns.ts";

/** People who sign in. */
export const accounts = pgTable("accounts", {
  accountId: uuid("account_id").primaryKey(),
  name: text("name").notNull(),
  /** scrypt; null where the person signs in by OIDC only. */
  passwordHash: text("password_hash"),
  /** `issuer subject` of OIDC. */
  subject: text("subject"),
  roles: text("roles").array().notNull(),
  disabledAt: moment("disabled_at"),
  createdAt: momentNow("created_at"),
}, (table) => [
  uniqueIndex("accounts_by_name").on(table.name),
  uniqueIndex("accounts_by_subject").on(table.subject),
]);

/** Signed-in browsers. */
export const sessions = pgTable("sessions", {
  hash: bytea("hash").primaryKey(),
  accountId: uuid("account_id").notNull().references(() => accounts.accountId, {
    onDelete: "cascade",
  }),
  createdAt: momentNow("created_at"),
  expiresAt: moment("expires_at").notNull(),
}, (table) => [index("sessions_by_account").on(table.accountId)]);

/** Tokens of programs: a part of their account's permissions, until they expire. */
export const apiTokens = pgTable("api_tokens", {
  tokenId: uuid("token_id").primaryKey(),
  hash: bytea("hash").notNull(),
  accountId: uuid("account_id").notNull().references(() => accounts.accountId, {
    onDelete: "cascade",
  }),
  name: text("name").notNull(),
  permissions: text("permissions").array().notNull(),
  createdAt: momentNow("created_at"),
  expiresAt: moment("expires_at").notNull(),
  revokedAt: moment("revoked_at"),
}, (table) => [
  uniqueIndex("api_tokens_by_hash").on(table.hash),
  index("api_tokens_by_time").on(table.createdAt, table.tokenId),
]);

/** Codes that work once: the first administrator's. */
export const oneTimeCodes = pgTable("one_time_codes", {
  hash: bytea("hash").primaryKey(),
  purpose: text("purpose").notNull(),
  expiresAt: moment("expires_at").notNull(),
});

/** What lets an agent enrol. */
export const enrolmentTokens = pgTable("enrolment_tokens", {
  tokenId: uuid("token_id").primaryKey(),
  hash: bytea("hash").notNull(),
  note: text("note").notNull(),
  /** Enrolments left. */
  uses: integer("uses").notNull(),
  /** A collector ships the logs of many hosts; another agent only its own. */
  collector: boolean("collector").notNull().default(false),
  createdBy: text("created_by").notNull(),
  createdAt: momentNow("created_at"),
  expiresAt: moment("expires_at").notNull(),
  revokedAt: moment("revoked_at"),
}, (table) => [
  uniqueIndex("enrolment_tokens_by_hash").on(table.hash),
  index("enrolment_tokens_by_time").on(table.createdAt, table.tokenId),
]);

/** Enrolled agents and their raw Ed25519 public keys. */
export const agents = pgTable("agents", {
  agentId: uuid("agent_id").primaryKey(),
  /** The one host it may write; null for a collector. */
  hostId: uuid("host_id"),
  host: text("host").notNull(),
  publicKey: bytea("public_key").notNull(),
  version: text("version").notNull().default(""),
  enrolledAt: momentNow("enrolled_at"),
  lastSeen: moment("last_seen"),
  revokedAt: moment("revoked_at"),
}, (table) => [
  index("agents_by_time").on(table.enrolledAt, table.agentId),
  index("agents_by_host").on(table.hostId),
]);

/** Nonces of signed requests, kept while their signature's time would still be accepted. */
export const nonces = pgTable("nonces", {
  agentId: uuid("agent_id").notNull(),
  nonce: text("nonce").notNull(),
  usedAt: momentNow("used_at"),
}, (table) => [
  primaryKey({ columns: [table.agentId, table.nonce] }),
  index("nonces_by_time").on(table.usedAt),
]);
