/**
 * A simulated estate as rows of features, each with the columns that attacks changed in it.
 *
 * Every host has two featurisers: one reads all events, the other all but the injected ones. Where
 * their rows of one hour differ, the attack is what differs: which rows, and which columns.
 * @module
 */
import type { EstateOptions } from "@/estate/generate.ts";
import { streamEstate } from "@/estate/stream.ts";
import type { TrueEvent, Truth } from "@/estate/truth.ts";
import { COUNTED } from "@/models/host_model.ts";
import { pseudonym } from "@/agent/pseudonym.ts";
import type { HostRows } from "@/models/detection.ts";
import { accountNumber, hostRows } from "@/models/host_rows.ts";
import type { EventView } from "@/features/event.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { DIMENSIONS, SYSTEM_USER, WINDOW_MS, type WindowRow } from "@/features/vector.ts";

/** What an attack did to a row. */
export interface Injection {
  /** Those that acted as the row's user; of the host's own row all that acted on the host. */
  readonly campaigns: readonly string[];
  /** Columns that differ from the row without the attack. */
  readonly columns: readonly number[];
  /** Whether it is a row of who did it, and not one of somebody that the attack brushed. */
  readonly acting: boolean;
}

/** A host's rows in time order, and what was done to them. */
export interface EvaluatedHost {
  readonly rows: HostRows;
  /** SID of each row's user. */
  readonly sids: readonly string[];
  /** By row number. */
  readonly injections: ReadonlyMap<number, Injection>;
}

/** An estate to evaluate on. */
export interface EvaluatedEstate {
  readonly truth: Truth;
  readonly events: number;
  readonly hosts: ReadonlyMap<string, EvaluatedHost>;
}

/** One hour of a host: campaigns with an event in it, by the SID that they acted as. */
type Attacked = Map<string, Set<string>>;

interface Pair {
  readonly all: Featuriser;
  readonly clean: Featuriser;
  readonly rows: WindowRow[];
  readonly cleanRows: WindowRow[];
  readonly attacked: Map<number, Attacked>;
}

/** Plays an estate without writing files. */
export function simulatedEstate(options: EstateOptions): EvaluatedEstate {
  const { truth, views } = streamEstate(options);
  let seen = 0;
  return evaluatedEstate(truth, views(), () => {
    if (truth.events.length === seen) return undefined;
    return truth.events[seen++];
  });
}

/**
 * Featurises events that come sorted by time within a host. `injected` gives the truth of an
 * injected event, undefined for normal life.
 */
export function evaluatedEstate(
  truth: Truth,
  events: Iterable<EventView>,
  injected: (event: EventView) => TrueEvent | undefined,
  latenessMs?: number,
): EvaluatedEstate {
  const pairs = new Map<string, Pair>();
  let count = 0;
  for (const event of events) {
    count++;
    const host = event.computer.toLowerCase();
    let pair = pairs.get(host);
    if (!pair) pairs.set(host, pair = beginPair(host, latenessMs));
    const attack = injected(event);
    pair.all.add(event);
    if (attack === undefined) pair.clean.add(event);
    else noteAttack(pair.attacked, Math.floor(event.timeMs / WINDOW_MS) * WINDOW_MS, attack);
    if (pair.all.ready) pair.rows.push(...pair.all.drain());
    if (pair.clean.ready) pair.cleanRows.push(...pair.clean.drain());
  }
  for (const { all, clean, rows, cleanRows } of pairs.values()) {
    rows.push(...all.finish());
    cleanRows.push(...clean.finish());
  }
  const hosts = new Map([...pairs].sort().map(([host, pair]) => [host, endPair(pair)]));
  return { truth, events: count, hosts };
}

function noteAttack(attacked: Map<number, Attacked>, hour: number, attack: TrueEvent) {
  let bySid = attacked.get(hour);
  if (!bySid) attacked.set(hour, bySid = new Map());
  bySid.set(attack.sid, (bySid.get(attack.sid) ?? new Set()).add(attack.campaign));
}

function beginPair(host: string, latenessMs?: number): Pair {
  return {
    all: new Featuriser({ host, latenessMs }),
    clean: new Featuriser({ host, latenessMs }),
    rows: [],
    cleanRows: [],
    attacked: new Map(),
  };
}

function endPair({ rows, cleanRows, attacked }: Pair): EvaluatedHost {
  const key = ({ startMs, user }: WindowRow) => `${startMs} ${user}`;
  const without = new Map(cleanRows.map((row) => [key(row), row]));
  const injections = new Map<number, Injection>();
  rows.forEach((row, i) => {
    const attack = attacked.get(row.startMs);
    if (!attack) return;
    const columns = changedColumns(row, without.get(key(row)));
    const own = row.user === SYSTEM_USER ? [...attack.values()] : [attack.get(row.user) ?? []];
    const campaigns = [...new Set(own.flatMap((names) => [...names]))];
    if (columns.length > 0) {
      injections.set(i, { campaigns, columns, acting: campaigns.length > 0 });
    }
  });
  return { rows: hostRows(rows, accountOf), sids: rows.map(({ user }) => user), injections };
}

function changedColumns(row: WindowRow, clean: WindowRow | undefined): number[] {
  const changed: number[] = [];
  for (let i = 0; i < DIMENSIONS; i++) {
    if (COUNTED[i] && row.values[i] !== (clean?.values[i] ?? 0)) changed.push(i);
  }
  return changed;
}

const ACCOUNTS = new Map<string, number>();

/** A number for an account, the same wherever it is met. */
export function accountOf(sid: string): number {
  let number = ACCOUNTS.get(sid);
  if (number === undefined) {
    ACCOUNTS.set(sid, number = accountNumber(pseudonym(new Uint8Array(32), sid)));
  }
  return number;
}

/** A copy of chosen rows. */
export function selectRows(rows: HostRows, chosen: readonly number[]): HostRows {
  const values = new Float32Array(chosen.length * DIMENSIONS);
  chosen.forEach((row, i) => {
    values.set(rows.values.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS), i * DIMENSIONS);
  });
  return {
    values,
    channels: Uint16Array.from(chosen, (row) => rows.channels[row]),
    startMs: Float64Array.from(chosen, (row) => rows.startMs[row]),
    users: Uint32Array.from(chosen, (row) => rows.users[row]),
    classes: Uint8Array.from(chosen, (row) => rows.classes[row]),
    n: chosen.length,
  };
}
