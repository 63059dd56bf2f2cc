/**
 * Rows that wait for the server's acknowledgment, bounded in bytes. A row gets its number in the
 * host's stream when it first goes into a batch, so that what is dropped before leaves no hole, and
 * a batch that was sent keeps its numbers until it is acknowledged, however often it is sent.
 * @module
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import { randomUUID } from "node:crypto";
import { SCHEMA_ID } from "@/features/schema.ts";
import { type Batch, decodeBatch, encodeBatch, type WireRow } from "@/features/wire.ts";
import { transact } from "./store.ts";

/** Bytes of rows that may wait: months of a workstation, days of a collector. */
export const SPOOL_BYTES = 64 * 2 ** 20;
/** What a waiting row costs in the database beside its body. */
const ROW_OVERHEAD = 64;
const NO_EPOCH = "00000000-0000-0000-0000-000000000000";

/** What waits and what was lost. */
export interface SpoolReport {
  /** Rows that wait. */
  readonly rows: number;
  /** Their size, bytes. */
  readonly bytes: number;
  /** Rows dropped since the spool was made, as it was full. */
  readonly dropped: number;
  /** Start of the oldest window that waits, milliseconds since 1970; undefined where none does. */
  readonly oldestMs: number | undefined;
}

interface WaitingRow {
  readonly id: number;
  readonly seq: number | null;
  readonly body: Uint8Array;
}

/** Appends rows, hands out batches, forgets what is acknowledged. */
export class Spool {
  readonly #store: DatabaseSync;
  readonly #limit: number;
  readonly #insert: StatementSync;
  #rows: number;
  #bytes: number;

  /** A spool in an open store that holds at most `limit` bytes. */
  constructor(store: DatabaseSync, limit: number = SPOOL_BYTES) {
    this.#store = store;
    this.#limit = limit;
    this.#insert = store.prepare(
      "insert into row (host, urgent, start_ms, body) values (?, ?, ?, ?)",
    );
    const sums = store.prepare(
      "select count(*) as rows, coalesce(sum(length(body)), 0) as bytes from row",
    ).get() as { rows: number; bytes: number };
    this.#rows = sums.rows;
    this.#bytes = sums.bytes + sums.rows * ROW_OVERHEAD;
  }

  /** Rows that wait. */
  get length(): number {
    return this.#rows;
  }

  /** Their size, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends a host's row, inside the caller's transaction; urgent ones go first. */
  append(host: string, row: WireRow, urgent = false): void {
    const body = encodeBatch({
      schema: SCHEMA_ID,
      host: "",
      epoch: NO_EPOCH,
      firstSeq: 0,
      rows: [row],
    });
    this.#insert.run(host, urgent ? 1 : 0, row.startMs, body);
    this.#rows++;
    this.#bytes += body.length + ROW_OVERHEAD;
    while (this.#bytes > this.#limit && this.#dropOldest());
  }

  /** Drops the oldest row without a number, the urgent ones last. */
  #dropOldest(): boolean {
    const oldest = this.#store.prepare(
      `select id, host, length(body) as bytes
       from row
       where seq is null
       order by urgent, id
       limit 1`,
    ).get() as { id: number; host: string; bytes: number } | undefined;
    if (!oldest) return false;
    this.#ensureStream(oldest.host);
    this.#store.prepare("update stream set dropped = dropped + 1 where host = ?").run(oldest.host);
    this.#store.prepare("delete from row where id = ?").run(oldest.id);
    this.#rows--;
    this.#bytes -= oldest.bytes + ROW_OVERHEAD;
    return true;
  }

  #ensureStream(host: string): void {
    this.#store.prepare(
      "insert into stream (host, epoch, next_seq) values (?, ?, 0) on conflict do nothing",
    ).run(host, randomUUID());
  }

  /** Hosts with waiting rows, those with urgent ones first, then by their oldest row. */
  hosts(): string[] {
    return this.#store.prepare(
      "select host from row group by host order by max(urgent) desc, min(id)",
    ).all().map(({ host }) => host as string);
  }

  /**
   * The host's next batch of at most `limit` rows: the one that was sent but not acknowledged, or
   * new rows, which get their numbers now.
   */
  batch(host: string, limit: number): Batch | undefined {
    return transact(this.#store, () => {
      let rows = this.#numbered(host, limit);
      if (rows.length === 0) {
        this.#number(host, limit);
        rows = this.#numbered(host, limit);
      }
      if (rows.length === 0) return undefined;
      const decoded = rows.map(({ body }) => decodeBatch(body));
      const schema = decoded[0].schema;
      const other = decoded.findIndex((one) => one.schema !== schema);
      const same = other < 0 ? decoded : decoded.slice(0, other);
      return {
        schema,
        host,
        epoch: this.#stream(host).epoch,
        firstSeq: rows[0].seq!,
        rows: same.flatMap((one) => one.rows),
      };
    });
  }

  #numbered(host: string, limit: number): WaitingRow[] {
    return this.#store.prepare(
      "select id, seq, body from row where host = ? and seq is not null order by seq limit ?",
    ).all(host, limit) as unknown as WaitingRow[];
  }

  #number(host: string, limit: number): void {
    this.#ensureStream(host);
    const ids = this.#store.prepare(
      "select id from row where host = ? and seq is null order by urgent desc, id limit ?",
    ).all(host, limit);
    let { next_seq: seq } = this.#stream(host);
    const give = this.#store.prepare("update row set seq = ? where id = ?");
    for (const { id } of ids) give.run(seq++, id as number);
    this.#store.prepare("update stream set next_seq = ? where host = ?").run(seq, host);
  }

  #stream(host: string): { epoch: string; next_seq: number } {
    return this.#store.prepare("select epoch, next_seq from stream where host = ?")
      .get(host) as { epoch: string; next_seq: number };
  }

  /** Forgets the host's rows up to a number: the server has them. */
  acknowledge(host: string, lastSeq: number): void {
    const sums = this.#store.prepare(
      `delete from row where host = ? and seq <= ? returning length(body) as bytes`,
    ).all(host, lastSeq) as { bytes: number }[];
    this.#rows -= sums.length;
    for (const { bytes } of sums) this.#bytes -= bytes + ROW_OVERHEAD;
  }

  /**
   * The server expects number `next` of this epoch. What lies before it is there; where we have
   * nothing that fits (the server lost rows), a new epoch numbers what is left from 0.
   */
  resume(host: string, next: number): void {
    transact(this.#store, () => {
      this.acknowledge(host, next - 1);
      const first = this.#numbered(host, 1)[0]?.seq ?? this.#stream(host).next_seq;
      if (first === next) return;
      this.#store.prepare("update row set seq = null where host = ?").run(host);
      this.#store.prepare("update stream set epoch = ?, next_seq = 0 where host = ?")
        .run(randomUUID(), host);
    });
  }

  /** What waits and what was lost. */
  report(): SpoolReport {
    const { dropped } = this.#store.prepare(
      "select coalesce(sum(dropped), 0) as dropped from stream",
    ).get() as { dropped: number };
    const { oldest } = this.#store.prepare("select min(start_ms) as oldest from row")
      .get() as { oldest: number | null };
    return { rows: this.#rows, bytes: this.#bytes, dropped, oldestMs: oldest ?? undefined };
  }
}
