/**
 * Ingest beside `psql \copy` of the same rows in binary into a table of the same shape. Ours does
 * more: it looks the host up, locks its ledger row, keeps hosts and users, and commits per batch.
 * `one-agent-wire` starts from the bytes of the request, decompression and checks included.
 * @module
 */
import { zstdCompressSync } from "node:zlib";
import { copyPieces } from "@/db/copy.ts";
import { connect, type Database } from "@/db/open.ts";
import { BatchStore, writeRow } from "@/db/store_batches.ts";
import { type Batch, encodeBatch } from "@/features/wire.ts";
import { createIngest } from "@/server/ingest.ts";
import { benchCluster, empty } from "./cluster.ts";
import { type Figure, median, paired, psql, rate, timeMs } from "./figure.ts";
import { rows, stream } from "./vectors.ts";

const ROWS = 40_000;
const BATCH = 10_000;
/** Accounts of a server, and of a workstation. */
const ACCOUNTS = 61;
const AGENT_ACCOUNTS = 3;
const AGENTS = 256;
const AGENT_BATCH = 64;
const AGENT_BATCHES = 6;
const START = Date.UTC(2026, 0, 5);
const PEER = "psql \\copy binary";

/** All cases. */
export async function* figures(): AsyncGenerator<Figure> {
  await using cluster = await benchCluster();
  const { database } = cluster;
  await database.sql`create table psql_copy (like vectors including all)`;
  const peer = await psqlCopy(database);
  const one = connect(database.url, 1);
  const two = connect(database.url, 2);
  try {
    yield await oneAgent("one-agent-1conn", database, peer, async (batches) => {
      const store = new BatchStore(one);
      for (const batch of batches) await store.store([{ batch }], START);
    });
    yield await oneAgent("one-agent-2conn", database, peer, async (batches) => {
      const halves = [0, 1].map((half) => {
        const mine = batches.slice(half * batches.length / 2, (half + 1) * batches.length / 2);
        return mine.map((batch, i) => ({ ...batch, host: `ws-${half}`, firstSeq: i * BATCH }));
      });
      const store = new BatchStore(two);
      await Promise.all(halves.map(async (half) => {
        for (const batch of half) await store.store([{ batch }], START);
      }));
    });
    yield await wire(database, peer);
    yield* await manyAgents("many-agents", AGENT_ACCOUNTS, database, peer);
    yield* await manyAgents("many-agents-61-accounts", ACCOUNTS, database, peer);
  } finally {
    await one.end();
    await two.end();
    await peer?.remove();
    await database.sql`drop table psql_copy`;
  }
}

/** Empty tables, and a checkpoint behind us: none falls into one contender's run. */
async function clear(database: Database): Promise<void> {
  await empty(database);
  await database.sql`truncate psql_copy`;
  await database.sql`checkpoint`;
}

interface Peer {
  readonly run: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** `psql \copy` of the rows from a file, or undefined where psql is missing. */
async function psqlCopy(database: Database): Promise<Peer | undefined> {
  const path = await Deno.makeTempFile({ prefix: "habit-bench-" });
  const host = new Uint8Array(16);
  const pieces = copyPieces(
    rows(ACCOUNTS, 0, ROWS).entries(),
    (copy, [i, row]) => writeRow(copy, host, row, i),
  );
  await Deno.writeFile(path, ReadableStream.from(pieces));
  const remove = async () => {
    await Deno.remove(path);
  };
  const run = psql(database.url, `\\copy psql_copy from '${path}' (format binary)`);
  if (run) return { run, remove };
  await remove();
}

async function oneAgent(
  name: string,
  database: Database,
  peer: Peer | undefined,
  store: (batches: readonly Batch[]) => Promise<void>,
): Promise<Figure> {
  const batches = stream("ws", ACCOUNTS, ROWS, BATCH);
  const times = await paired(() => store(batches), peer?.run, 7, () => clear(database));
  return rate(name, "rows/s", ROWS, times, PEER);
}

function request(batch: Batch): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zstdCompressSync(encodeBatch(batch)));
}

async function send(ingest: ReturnType<typeof createIngest>, body: Uint8Array<ArrayBuffer>) {
  const headers = { "content-encoding": "zstd" };
  const response = await ingest(new Request("http://x", { method: "POST", headers, body }), {});
  if (!response.ok) throw new Error(await response.text());
}

async function wire(database: Database, peer: Peer | undefined): Promise<Figure> {
  const bodies = stream("ws", ACCOUNTS, ROWS, BATCH).map(request);
  const times = await paired(
    async () => {
      const ingest = createIngest(database);
      for (const body of bodies) await send(ingest, body);
    },
    peer?.run,
    7,
    () => clear(database),
  );
  return rate("one-agent-wire", "rows/s", ROWS, times, PEER);
}

/** 256 agents, each with one batch of 64 rows on its way at a time. */
async function manyAgents(
  name: string,
  accounts: number,
  database: Database,
  peer: Peer | undefined,
): Promise<Figure[]> {
  const agents = Array.from(
    { length: AGENTS },
    (_, i) => stream(`ws-${i}`, accounts, AGENT_BATCH * AGENT_BATCHES, AGENT_BATCH).map(request),
  );
  const count = AGENTS * AGENT_BATCH * AGENT_BATCHES;
  const acknowledged: number[] = [];
  const times = await paired(
    async () => {
      acknowledged.length = 0;
      const ingest = createIngest(database);
      await Promise.all(agents.map(async (bodies) => {
        for (const body of bodies) acknowledged.push(await timeMs(() => send(ingest, body)));
      }));
    },
    peer?.run,
    7,
    () => clear(database),
  );
  const peerRate = times.peerMs === null ? null : ROWS / times.peerMs * 1_000;
  const ours = count / times.oursMs * 1_000;
  const p99 = acknowledged.toSorted((a, b) => a - b)[Math.floor(acknowledged.length * 0.99)];
  console.error(`acknowledged after ${median(acknowledged).toFixed(0)} ms in the median`);
  return [{
    case: name,
    value: Math.round(ours),
    unit: "rows/s",
    peer: PEER,
    peerValue: peerRate && Math.round(peerRate),
    ratio: peerRate && Number((ours / peerRate).toFixed(3)),
  }, {
    case: accounts === ACCOUNTS ? "ack-p99-ms-61-accounts" : "ack-p99-ms",
    value: Number(p99.toFixed(1)),
    unit: "ms",
    peer: null,
    peerValue: null,
    ratio: null,
  }];
}
