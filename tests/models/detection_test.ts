import assert from "node:assert/strict";
import fc from "fast-check";
import { pack, unpack } from "@/models/blocks.ts";
import { DIMENSIONS, ENTITY_CLASSES } from "@/features/vector.ts";
import { MIN_WINDOWS, openModel, trainHosts } from "@/models/detection.ts";
import { openEngine } from "@/models/engine.ts";
import { LOGONS, NEW_PROGRAMS, office, QUICK } from "./office.ts";

const estate = () =>
  new Map([
    ["a", office(240, 1)],
    ["b", office(240, 2)],
    ["c", office(120, 3)],
    ["new", office(3, 4)],
    ["empty", office(0, 5)],
  ]);

async function train(seed: number) {
  await using engine = await openEngine({ name: "fused", workers: 0 });
  return await trainHosts(estate(), { seed, engine, ...QUICK });
}

let shared: ReturnType<typeof train> | undefined;
const trained = () => shared ??= train(7);

Deno.test("trainHosts models every host, and hosts with little history by the fleet", async (t) => {
  const hosts = await trained();

  await t.step("each host has a checkpoint; few windows are said", () => {
    assert.deepEqual([...hosts.keys()], ["a", "b", "c", "new", "empty"]);
    assert.deepEqual([...hosts.values()].map(({ pooled }) => pooled), [
      false,
      false,
      false,
      true,
      true,
    ]);
    assert.equal(
      hosts.get("new")!.figures.standIn,
      `not enough history: 3 of ${MIN_WINDOWS} windows`,
    );
  });

  await t.step(
    "the duel names plain methods beside the nets, better than chance where a host has history",
    () => {
      for (const { pooled, figures: { duel: { plain, fused } } } of hosts.values()) {
        if (pooled) continue;
        for (const auc of Object.values(plain)) assert.ok(auc > 0.5 && auc <= 1, `${auc}`);
        assert.ok(fused > 0.5);
      }
    },
  );

  await t.step("programs never seen stand out, and are named", () => {
    const rows = office(60, 9);
    rows.values[30 * DIMENSIONS + NEW_PROGRAMS] = 12;
    for (const id of ["a", "new", "empty"]) {
      const scored = openModel(hosts.get(id)!.bytes).score(rows);
      const strangest = scored.score.indexOf(Math.max(...scored.score));
      assert.equal(strangest, 30, id);
      assert.equal(scored.topColumns[30 * 5], NEW_PROGRAMS, id);
      assert.ok(scored.p[30] < 0.02, `${id}: p = ${scored.p[30]}`);
    }
  });

  await t.step("p-values of normal windows spread over (0, 1]", () => {
    const { p } = openModel(hosts.get("a")!.bytes).score(office(480, 11));
    const low = p.filter((value) => value < 0.1).length / p.length;
    assert.ok(low < 0.25, `${low} of normal windows below 0.1`);
    assert.ok(p.every((value) => value > 0 && value <= 1));
  });

  await t.step("confidence grows with history", () => {
    const rows = office(1, 12);
    const [own, fewer, none] = ["a", "c", "empty"]
      .map((id) => openModel(hosts.get(id)!.bytes).score(rows).confidence[0]);
    assert.ok(own > fewer && fewer > none && none === 0, `${own} > ${fewer} > ${none}`);
  });

  await t.step("10⁹ and NaN on the wire give a finite score", () => {
    const rows = office(2, 13);
    rows.values[LOGONS] = 1e9;
    rows.values[DIMENSIONS + LOGONS] = NaN;
    const { score, p } = openModel(hosts.get("a")!.bytes).score(rows);
    assert.ok([...score, ...p].every(Number.isFinite));
    assert.ok(score[0] > score[1]);
  });

  await t.step("a column that is not audited neither scores nor explains", () => {
    const rows = office(1, 14);
    rows.values[NEW_PROGRAMS] = 50;
    rows.channels[0] = 0;
    const { topColumns, topShares } = openModel(hosts.get("a")!.bytes).score(rows);
    const named = [...topColumns].filter((_, k) => topShares[k] > 0);
    assert.ok(!named.includes(NEW_PROGRAMS));
  });

  await t.step("shares of the five columns lie in [0, 1] and fall", () => {
    const { topShares } = openModel(hosts.get("a")!.bytes).score(office(20, 15));
    for (let r = 0; r < 20; r++) {
      const shares = [...topShares.subarray(r * 5, r * 5 + 5)];
      assert.deepEqual(shares, shares.toSorted((x, y) => y - x));
      assert.ok(shares.reduce((sum, x) => sum + x) <= 1.0001);
    }
  });
});

Deno.test("a host whose auditing is mostly off trains, and its duel has figures", async () => {
  const rows = office(90, 6);
  rows.channels.fill(1, 30); // the first thirty windows have every channel, the others one
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const { figures } = (await trainHosts(new Map([["a", rows]]), { seed: 1, engine, ...QUICK }))
    .get("a")!;
  const { plain, autoencoder, gan } = figures.duel;
  for (const auc of [plain.isolationForest, plain.sumAboveMean, autoencoder, gan]) {
    assert.ok(auc >= 0 && auc <= 1, `${auc}`);
  }
});

Deno.test("hosts with bad or little input train, score finitely, and still find what is strange", async () => {
  const constant = office(120, 6);
  constant.values.fill(4);
  const wild = office(120, 7);
  wild.values[10 * DIMENSIONS + LOGONS] = 1e9;
  wild.values[11 * DIMENSIONS + LOGONS] = NaN;
  wild.values[12 * DIMENSIONS + LOGONS] = Infinity;
  const role = office(120, 8); // a workstation of people that becomes one of services
  role.classes.fill(ENTITY_CLASSES.indexOf("service"), 60);
  const hosts = new Map([
    ["one", office(1, 3)],
    ["twenty", office(20, 4)],
    ["plain", office(240, 5)],
    ["constant", constant],
    ["wild", wild],
    ["role", role],
  ]);
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const trained = await trainHosts(hosts, { seed: 3, engine, ...QUICK });
  const rows = office(30, 9);
  rows.values[20 * DIMENSIONS + NEW_PROGRAMS] = 30;
  for (const [id, { bytes, pooled }] of trained) {
    assert.equal(pooled, hosts.get(id)!.n < MIN_WINDOWS, id);
    const { score, p } = openModel(bytes).score(rows);
    assert.ok([...score, ...p].every(Number.isFinite), id);
    assert.equal(score.indexOf(Math.max(...score)), 20, id);
  }
});

Deno.test("what an account did on three held-out days is a habit of the model", async () => {
  const rows = office(240, 1); // ten days, of which the last three are held out
  for (const day of [7, 8, 9]) rows.values[(day * 24 + 12) * DIMENSIONS + NEW_PROGRAMS] = 5;
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const hosts = await trainHosts(new Map([["a", rows]]), { seed: 1, engine, ...QUICK });
  const { habits } = openModel(hosts.get("a")!.bytes).parts;
  assert.ok(habits.get(0)![NEW_PROGRAMS] > 0);
});

Deno.test("same rows and seed give the same bytes; another seed gives others", async () => {
  const [first, second, other] = [await trained(), await train(7), await train(8)];
  for (const [id, { bytes }] of first) assert.deepEqual(bytes, second.get(id)!.bytes);
  assert.notDeepEqual(first.get("a")!.bytes, other.get("a")!.bytes);
});

Deno.test("an aborted training throws the reason", async () => {
  const reason = new Error("enough");
  await assert.rejects(
    trainHosts(estate(), { seed: 1, signal: AbortSignal.abort(reason), ...QUICK }),
    reason,
  );
});

Deno.test("trim drops the strangest training windows, and no more than asked", async () => {
  const rows = office(240, 1);
  for (const r of [20, 50, 90]) rows.values[r * DIMENSIONS + NEW_PROGRAMS] = 40;
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const windows = [];
  const scores = [];
  for (const trim of [0, 0.05]) {
    const hosts = await trainHosts(new Map([["a", rows]]), { seed: 1, engine, trim, ...QUICK });
    const { bytes, figures } = hosts.get("a")!;
    windows.push(figures.windows);
    scores.push(openModel(bytes).score(rows).score[20]);
  }
  assert.ok(windows[1] < windows[0] && windows[1] >= windows[0] * 0.94, `${windows}`);
  assert.ok(scores[1] > 1.2 * scores[0], `${scores}`);
});

Deno.test("an estate without any window has no model", async () => {
  assert.equal((await trainHosts(new Map([["empty", office(0, 1)]]), { seed: 1 })).size, 0);
});

Deno.test("openModel refuses what it cannot trust, and says why", async () => {
  const { bytes } = (await trained()).get("new")!;
  assert.ok(bytes.length < 200_000, `agents fetch models of up to 200 kB, not ${bytes.length}`);
  const altered = bytes.slice();
  altered[altered.length - 7] ^= 1;
  assert.throws(() => openModel(altered), /altered/);
  assert.throws(() => openModel(bytes.subarray(0, bytes.length - 4)), /cut off/);
  assert.throws(() => openModel(bytes.subarray(0, 100)), /cut off/);
  assert.throws(() => openModel(new Uint8Array(50)), /HABITMDL/);
  const schema = new TextDecoder("latin1").decode(bytes).indexOf("ueba-win-128/");
  const other = bytes.slice();
  other[schema + 13] = "9".charCodeAt(0);
  assert.throws(() => openModel(other), /ueba-win-128\/9.*train it again/);
});

Deno.test("weights in 8 bits are off by less than 1/250 of their block's largest", () => {
  fc.assert(fc.property(fc.float32Array({ noNaN: true, min: -1e6, max: 1e6 }), (values) => {
    const back = unpack(pack(values), values.length);
    assert.equal(back.length, values.length);
    for (let i = 0; i < values.length; i++) {
      const block = values.subarray(64 * Math.floor(i / 64), 64 * Math.floor(i / 64) + 64);
      const largest = Math.max(...block.map(Math.abs));
      assert.ok(
        Math.abs(back[i] - values[i]) <= largest / 250 + 1e-38,
        `${values[i]} -> ${back[i]}`,
      );
    }
  }));
});
