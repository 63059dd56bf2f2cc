import { keptModel, newerModel } from "@/agent/model.ts";
import { pseudonym } from "@/agent/pseudonym.ts";
import { ModelScorer, URGENT_P } from "@/commands/agent_scorer.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { SCHEMA_ID } from "@/features/schema.ts";
import type { WindowRow } from "@/features/vector.ts";
import { decodeBatch, encodeBatch } from "@/features/wire.ts";
import { openModel, trainHosts } from "@/models/detection.ts";
import { accountNumber, hostRows } from "@/models/host_rows.ts";
import { hostEvents, temporary } from "@/tests/agent/logs.ts";
import { writeLog } from "@/tests/estate/sample_events.ts";
import { openLog } from "@/agent/open_log.ts";
import assert from "node:assert/strict";

function windows(): WindowRow[] {
  using folder = temporary();
  const path = `${folder.path}/Security.evtx`;
  Deno.writeFileSync(path, writeLog(hostEvents(72, 3)));
  using cursor = openLog(path);
  const featuriser = new Featuriser({ host: "ws-014.corp.example" });
  for (let event = cursor.next(); event; event = cursor.next()) featuriser.add(event);
  return featuriser.finish();
}

const KEY = new Uint8Array(32).fill(7);
const accountOf = (sid: string) => accountNumber(pseudonym(KEY, sid));
const rows = windows();
const trained = await trainHosts(new Map([["h", hostRows(rows, accountOf)]]), {
  seed: 1,
  autoencoder: { steps: 60 },
  gan: { steps: 30 },
});
const { bytes } = trained.get("h")!;

Deno.test("the endpoint's score is the server's within 1e-5, after the row has travelled", () => {
  const travelled = decodeBatch(encodeBatch({
    schema: SCHEMA_ID,
    host: "h",
    epoch: crypto.randomUUID(),
    firstSeq: 0,
    rows: rows.map((row) => ({
      ...row,
      user: pseudonym(KEY, row.user),
      sealedName: new Uint8Array(0),
    })),
  })).rows;
  const atServer = rows.map((row, i) => ({ ...row, user: `${i}`, values: travelled[i].values }));
  const travelledAs = (row: string) => accountNumber(travelled[Number(row)].user);
  const here = openModel(bytes).score(hostRows(rows, accountOf));
  const there = openModel(bytes.slice()).score(hostRows(atServer, travelledAs));
  here.score.forEach((score, i) => assert.ok(Math.abs(score - there.score[i]) < 1e-5));
  assert.deepEqual(here.p, there.p);
  assert.ok(bytes.length < 200_000, `${bytes.length} bytes`);
});

Deno.test("what the model finds strange is urgent, what it knows is not; without a model nothing is", () => {
  const strange: WindowRow = {
    ...rows[40],
    values: rows[40].values.map((value) => 50 * value + 40),
  };
  const { p } = openModel(bytes).score(hostRows([strange], accountOf));
  const scorer = new ModelScorer(strange.host, KEY, bytes);
  assert.deepEqual(scorer.urgent([strange]), [p[0] < URGENT_P]);
  const urgent = scorer.urgent(rows).filter(Boolean).length;
  assert.ok(urgent <= rows.length / 50, `${urgent} of ${rows.length} ordinary windows`);
  assert.deepEqual(new ModelScorer(strange.host, KEY, undefined).urgent([strange]), [false]);
  assert.deepEqual(
    new ModelScorer("other", KEY, bytes).urgent([strange]),
    [false],
    "not its windows",
  );
  scorer.replace(Uint8Array.of(1, 2, 3));
  assert.deepEqual(scorer.urgent([strange]), [p[0] < URGENT_P], "a broken model is left alone");
  const nowhere = {
    ...strange,
    get channels(): number {
      throw new RangeError("no such row");
    },
  };
  assert.deepEqual(scorer.urgent([nowhere]), [false], "what cannot be judged is sent all the same");
});

Deno.test("a newer model is kept, an unchanged one is not sent again, and none is needed to go on", async () => {
  using state = temporary();
  let asked = 0;
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    asked++;
    assert.equal(request.headers.get("x-who"), "me");
    if (request.headers.get("if-none-match") === '"a"') return new Response(null, { status: 304 });
    return new Response(new Uint8Array(bytes), { headers: { etag: '"a"' } });
  });
  const url = `http://127.0.0.1:${server.addr.port}`;
  const who = () => ({ "x-who": "me" });
  assert.equal(keptModel(state.path), undefined);
  assert.deepEqual(await newerModel(state.path, url, who), new Uint8Array(bytes));
  assert.equal(await newerModel(state.path, url, who), undefined);
  await server.shutdown();
  assert.equal(await newerModel(state.path, url, who), undefined);
  assert.deepEqual(keptModel(state.path), new Uint8Array(bytes));
  assert.equal(asked, 2);
});
