/** Vectors for benchmarks of storage. @module */
import { FEATURES, SCHEMA_ID } from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import type { Batch, WireRow } from "@/features/wire.ts";
import { seededRandom } from "@/models/random.ts";

/** Where the hours begin. */
export const START = Date.UTC(2026, 0, 5);
const EPOCH = "00000000-0000-4000-8000-000000000001";

/** Windows of some accounts, from number `from` on: one in four columns is not 0. */
export function rows(accounts: number, from: number, count: number): WireRow[] {
  const random = seededRandom(1, "bench");
  const users = Array.from({ length: accounts }, (_, i) => new Uint8Array(16).fill(i));
  return Array.from({ length: count }, (_, i) => {
    const n = from + i;
    return {
      user: users[n % accounts],
      sealedName: new Uint8Array(64),
      entityClass: "human",
      startMs: START + Math.floor(n / accounts) * WINDOW_MS,
      offsetMinutes: 60,
      events: 100,
      channels: 0xffff,
      values: Int32Array.from(FEATURES, ({ wireRange: [low, high] }) => {
        return random() < 0.25 ? Math.max(low, Math.min(high, Math.floor(random() * 50))) : 0;
      }),
    };
  });
}

/** A host's first `count` windows in batches. */
export function stream(host: string, accounts: number, count: number, batch: number): Batch[] {
  const all = rows(accounts, 0, count);
  return Array.from({ length: Math.ceil(count / batch) }, (_, i) => ({
    schema: SCHEMA_ID,
    host,
    epoch: EPOCH,
    firstSeq: i * batch,
    rows: all.slice(i * batch, (i + 1) * batch),
  }));
}
