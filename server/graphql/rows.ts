/**
 * What the database gives for each type of the schema.
 * @module
 */
import type { EntityClass } from "@/features/vector.ts";
import type { Keyed } from "./keyset.ts";

/** A host. */
export interface HostRow extends Keyed {
  /** The host's id. */
  readonly hostId: string;
  /** Name. */
  readonly name: string;
  /** Weight of what happens there: 0.5 to 2. */
  readonly criticality: number;
  /** Minutes from UTC. */
  readonly offsetMinutes: number;
  /** First window. */
  readonly firstSeen: Date;
  /** Latest sign of life. */
  readonly lastSeen: Date;
}

/** A user across hosts. */
export interface UserRow extends Keyed {
  /** The user's pseudonym as a UUID. */
  readonly userId: string;
  /** Kind of account. */
  readonly entityClass: EntityClass;
  /** 0 to 100. */
  readonly risk: number;
  /** Hosts that the user was seen on. */
  readonly hosts: number;
  /** Latest sign of life. */
  readonly lastSeen: Date;
  /** What the risk is made of. */
  readonly reasons: readonly RiskReason[];
}

/** One day's part in a user's risk. */
export interface RiskReason {
  /** The day, UTC. */
  readonly day: string;
  /** The host's id. */
  readonly hostId: string;
  /** Start of the window. */
  readonly windowStart: string;
  /** p-value. */
  readonly p: number;
  /** How many windows. */
  readonly windows: number;
  /** Surprise of the day. */
  readonly surprise: number;
  /** Share of the whole, 0 to 1. */
  readonly share: number;
}

/** The key of a window: who, where, when. */
export interface WindowKey {
  /** The host's id. */
  readonly hostId: string;
  /** The user's pseudonym as a UUID. */
  readonly userId: string;
  /** Start of the window. */
  readonly windowStart: Date;
}

/** A scored window. */
export interface ScoreRow extends WindowKey, Keyed {
  /** The host's name. */
  readonly hostName: string;
  /** Kind of account. */
  readonly entityClass: EntityClass;
  /** Raw score. */
  readonly score: number;
  /** p-value. */
  readonly p: number;
  /** 0 to 1. */
  readonly confidence: number;
}

/** A scored window with what contributes most. */
export interface ExplainedScoreRow extends ScoreRow {
  /** Columns that contribute most, largest first. */
  readonly topColumns: readonly number[];
  /** Their shares of the score. */
  readonly topShares: readonly number[];
  /** Lower ends of what is usual, wire units. */
  readonly topLow: readonly number[];
  /** Upper ends of what is usual, wire units. */
  readonly topHigh: readonly number[];
}

/** A window's vector. */
export interface WindowRow extends WindowKey, Keyed {
  /** Minutes from UTC. */
  readonly offsetMinutes: number;
  /** Events counted. */
  readonly events: number;
  /** Audited channels, bit by bit. */
  readonly channels: number;
  /** 512 bytes: 128 float32 in wire units. */
  readonly values: Uint8Array;
}

/** An alert with the state of its case. */
export interface AlertRow extends WindowKey, Keyed {
  /** The alert's id. */
  readonly alertId: string;
  /** p-value. */
  readonly p: number;
  /** Raw score. */
  readonly score: number;
  /** When it was raised. */
  readonly raisedAt: Date;
  /** open, suppressed or closed. */
  readonly state: string;
  /** What a person found, or null. */
  readonly label: string | null;
  /** Latest note. */
  readonly note: string;
  /** Account that it is assigned to, or null. */
  readonly assignee: string | null;
  /** Last change. */
  readonly updatedAt: Date;
}

/** A host's model without its bytes. */
export interface ModelRow extends Keyed {
  /** The host's id. */
  readonly hostId: string;
  /** The model's id. */
  readonly modelId: string;
  /** Whether the fleet's model stands in. */
  readonly pooled: boolean;
  /** How many windows. */
  readonly windows: number;
  /** What the train job reports. */
  readonly figures: Record<string, unknown>;
  /** Bytes of the checkpoint. */
  readonly size: number;
  /** First window learned from. */
  readonly trainedFrom: Date;
  /** Last window learned from. */
  readonly trainedTo: Date;
  /** When it was made. */
  readonly createdAt: Date;
  /** Whether it is in force. */
  readonly active: boolean;
}

/** What is usual for a user and column, in wire units. */
export interface BaselineRow {
  /** The host's id. */
  readonly hostId: string;
  /** The user's pseudonym as a UUID. */
  readonly userId: string;
  /** Column number. */
  readonly feature: number;
  /** How many windows. */
  readonly windows: number;
  /** Share of windows that are not 0. */
  readonly activeShare: number;
  /** Middle value, wire units. */
  readonly median: number;
  /** Width of the middle half, wire units. */
  readonly iqr: number;
  /** 95th percentile, wire units. */
  readonly p95: number;
  /** 99th percentile, wire units. */
  readonly p99: number;
  /** First window learned from. */
  readonly trainedFrom: Date;
  /** Last window learned from. */
  readonly trainedTo: Date;
}

/** How far a job is. */
export interface JobRow extends Keyed {
  /** The job's id. */
  readonly jobId: string;
  /** Kind of work. */
  readonly queue: string;
  /** Steps done. */
  readonly done: number;
  /** Steps in all. */
  readonly total: number;
  /** What it is at. */
  readonly message: string;
  /** Start. */
  readonly startedAt: Date;
  /** Last change. */
  readonly updatedAt: Date;
  /** End, or null. */
  readonly endedAt: Date | null;
}

/** An enrolled agent. */
export interface AgentRow extends Keyed {
  /** The agent's id. */
  readonly agentId: string;
  /** The host's id. */
  readonly hostId: string | null;
  /** Host name at enrolment. */
  readonly host: string;
  /** Version reported. */
  readonly version: string;
  /** Enrolment. */
  readonly enrolledAt: Date;
  /** Latest sign of life. */
  readonly lastSeen: Date | null;
  /** Since when refused, or null. */
  readonly revokedAt: Date | null;
}
