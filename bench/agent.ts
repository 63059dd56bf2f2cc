/**
 * The agent on the fake of wevtapi in C: events to vectors, what it costs at given rates, what it
 * keeps in memory; what travels of a simulated estate, and what scoring a window takes. `--quick`
 * takes a tenth of the time.
 * @module
 */
import { zstdCompressSync } from "node:zlib";
import { Buffer } from "node:buffer";
import { Masker } from "@/agent/pseudonym.ts";
import { SMALL } from "@/agent/windows/install.ts";
import { streamEstate } from "@/estate/stream.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import type { WindowRow } from "@/features/vector.ts";
import { encodeBatch } from "@/features/wire.ts";
import { openModel, trainHosts } from "@/models/detection.ts";
import { hostRows } from "@/models/host_rows.ts";
import { LedgerServer } from "@/tests/agent/ledger_server.ts";
import { estateKeys } from "@/tests/agent/logs.ts";
import { type Figure, median } from "./figure.ts";

function figure(name: string, value: number, unit: string): Figure {
  return { case: name, value, unit, peer: null, peerValue: null, ratio: null };
}

/** What runs the agent in a process of its own, in one file as on a host. */
async function bundledChild() {
  const folder = await Deno.makeTempDir({ prefix: "habit-bench-" });
  const here = (path: string) => new URL(path, import.meta.url);
  await Deno.copyFile(here("../tests/agent/windows/fake_wevtapi.c"), `${folder}/fake_wevtapi.c`);
  const script = `${folder}/agent_child.js`;
  const bundle = ["bundle", "-q", "--minify", "--platform", "deno", "-o", script];
  await deno([...bundle, here("./agent_child.ts").pathname]);
  return {
    /** The number that it prints. */
    async run(...args: (string | number)[]): Promise<number> {
      return Number(await deno(["run", ...SMALL, "-A", script, ...args.map(String)]));
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

async function deno(args: string[]): Promise<string> {
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
    .output();
  if (!success) throw new Error(`deno ${args[0]} failed`);
  return new TextDecoder().decode(stdout);
}

/** Rows of a simulated estate by host, in order. */
function estateRows(days: number): Map<string, WindowRow[]> {
  const options = { hosts: 8, users: 12, days, seed: 1, attacks: [] };
  const featurisers = new Map<string, Featuriser>();
  const rows = new Map<string, WindowRow[]>();
  for (const event of streamEstate(options).views()) {
    const host = event.computer.toLowerCase();
    let featuriser = featurisers.get(host);
    if (!featuriser) {
      featurisers.set(host, featuriser = new Featuriser({ host }));
      rows.set(host, []);
    }
    featuriser.add(event);
    if (featuriser.ready) rows.get(host)!.push(...featuriser.drain());
  }
  for (const [host, featuriser] of featurisers) rows.get(host)!.push(...featuriser.finish());
  return rows;
}

/** Bytes that travel for an event, a day of a host to a batch. */
function wireBytesPerEvent(rows: ReadonlyMap<string, WindowRow[]>): number {
  const masker = new Masker(estateKeys());
  let [bytes, events] = [0, 0];
  for (const [host, all] of rows) {
    for (
      const day of Map.groupBy(all, ({ startMs }) => Math.floor(startMs / 86_400_000)).values()
    ) {
      const body = encodeBatch({
        schema: SCHEMA_ID,
        host,
        epoch: crypto.randomUUID(),
        firstSeq: 0,
        rows: day.map((row) => ({ ...row, ...masker.mask(row.user, row.userName) })),
      });
      bytes += zstdCompressSync(Buffer.from(body)).length;
      events += day.reduce((sum, row) => sum + row.events, 0);
    }
  }
  return bytes / events;
}

const accountOf = (user: string) => user.charCodeAt(user.length - 1);

/** Median time of scoring a window when an hour of a host is scored at once. */
async function scoreMicroseconds(rows: readonly WindowRow[]): Promise<number> {
  const host = rows[0].host;
  const options = { seed: 1, autoencoder: { steps: 20 }, gan: { steps: 20 } };
  const trained = await trainHosts(new Map([[host, hostRows(rows, accountOf)]]), options);
  const model = openModel(trained.get(host)!.bytes);
  const hour = hostRows(rows.slice(0, 8), accountOf);
  const times: number[] = [];
  for (let i = 0; i < 400; i++) {
    const start = performance.now();
    model.score(hour);
    times.push(1000 * (performance.now() - start) / hour.n);
  }
  return median(times.slice(200));
}

/** The cases, one after the other. */
export async function* figures(flags: readonly string[]): AsyncGenerator<Figure> {
  const tenth = flags.includes("--quick") ? 0.1 : 1;
  const rows = estateRows(14);
  yield figure("wire-bytes-per-event", wireBytesPerEvent(rows), "bytes");
  const busiest = [...rows.values()].sort((a, b) => b.length - a.length)[0];
  yield figure("local-score-us", await scoreMicroseconds(busiest), "us a window");
  await using child = await bundledChild();
  yield figure("fake-wevtapi-to-vectors", await child.run("rate", 1e6 * tenth), "events/s a core");
  await using server = new LedgerServer();
  yield figure(
    "cpu-at-100-eps",
    await child.run("cpu", server.url, 100, 30 * tenth),
    "% of a core",
  );
  yield figure(
    "cpu-at-10000-eps",
    await child.run("cpu", server.url, 10_000, 30 * tenth),
    "% of a core",
  );
  yield figure("rss-after-1e7", await child.run("memory", server.url, 1e7 * tenth), "MiB");
}
