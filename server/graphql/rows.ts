/**
 * What the database gives for each type of the schema.
 * @module
 */
import type { EntityClass } from "@/features/vector.ts";
import type { Keyed } from "./keyset.ts";

/** A host. */
export interface HostRow extends Keyed {
  readonly hostId: string;
  readonly name: string;
  readonly criticality: number;
  readonly offsetMinutes: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
}

/** A user across hosts. */
export interface UserRow extends Keyed {
  readonly userId: string;
  readonly entityClass: EntityClass;
  readonly risk: number;
  readonly hosts: number;
  readonly lastSeen: Date;
  readonly reasons: readonly RiskReason[];
}

/** One day's part in a user's risk. */
export interface RiskReason {
  readonly day: string;
  readonly hostId: string;
  readonly windowStart: string;
  readonly p: number;
  readonly windows: number;
  readonly surprise: number;
  readonly share: number;
}

/** The key of a window: who, where, when. */
export interface WindowKey {
  readonly hostId: string;
  readonly userId: string;
  readonly windowStart: Date;
}

/** A scored window. */
export interface ScoreRow extends WindowKey, Keyed {
  readonly hostName: string;
  readonly entityClass: EntityClass;
  readonly modelId: string;
  readonly score: number;
  readonly p: number;
  readonly confidence: number;
}

/** A scored window with what contributes most. */
export interface ExplainedScoreRow extends ScoreRow {
  readonly topColumns: readonly number[];
  readonly topShares: readonly number[];
  readonly topLow: readonly number[];
  readonly topHigh: readonly number[];
}

/** A window's vector. */
export interface WindowRow extends WindowKey, Keyed {
  readonly offsetMinutes: number;
  readonly events: number;
  readonly channels: number;
  /** 512 bytes: 128 float32 in wire units. */
  readonly values: Uint8Array;
}

/** An alert with the state of its case. */
export interface AlertRow extends WindowKey, Keyed {
  readonly alertId: string;
  readonly p: number;
  readonly score: number;
  readonly raisedAt: Date;
  readonly state: string;
  readonly label: string | null;
  readonly note: string;
  readonly assignee: string | null;
  readonly updatedAt: Date;
}

/** A host's model without its bytes. */
export interface ModelRow extends Keyed {
  readonly hostId: string;
  readonly modelId: string;
  readonly pooled: boolean;
  readonly windows: number;
  readonly figures: Record<string, unknown>;
  readonly size: number;
  readonly trainedFrom: Date;
  readonly trainedTo: Date;
  readonly createdAt: Date;
  readonly active: boolean;
}

/** What is usual for a user and column, in wire units. */
export interface BaselineRow {
  readonly hostId: string;
  readonly userId: string;
  readonly feature: number;
  readonly windows: number;
  readonly activeShare: number;
  readonly median: number;
  readonly iqr: number;
  readonly p95: number;
  readonly p99: number;
  readonly trainedFrom: Date;
  readonly trainedTo: Date;
}

/** How far a job is. */
export interface JobRow extends Keyed {
  readonly jobId: string;
  readonly queue: string;
  readonly done: number;
  readonly total: number;
  readonly message: string;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly endedAt: Date | null;
}

/** An enrolled agent. */
export interface AgentRow extends Keyed {
  readonly agentId: string;
  readonly hostId: string | null;
  readonly host: string;
  readonly version: string;
  readonly enrolledAt: Date;
  readonly lastSeen: Date | null;
  readonly revokedAt: Date | null;
}
