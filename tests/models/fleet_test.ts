import assert from "node:assert/strict";
import { openFleet, openModel, trainFleet, trainHosts } from "@/models/detection.ts";
import { openEngine } from "@/models/engine.ts";
import { splitByTime } from "@/models/split.ts";
import { HostModel } from "@/models/host_model.ts";
import { NEW_PROGRAMS, office, QUICK } from "./office.ts";
import { DIMENSIONS } from "@/features/vector.ts";

const estate = () => new Map([["b", office(240, 2)], ["a", office(240, 1)], ["new", office(5, 4)]]);

Deno.test("a fleet's model", async (t) => {
  await using engine = await openEngine({ name: "fused", workers: 0 });
  const options = { seed: 7, engine, ...QUICK };
  const trained = (await trainFleet(estate(), options))!;
  const fleet = openFleet(trained.bytes);

  await t.step(
    "is the same bytes for the same hosts in any order; another seed gives others",
    async () => {
      const reversed = new Map([...estate()].reverse());
      assert.deepEqual((await trainFleet(reversed, options))!.bytes, trained.bytes);
      const other = (await trainFleet(estate(), { ...options, seed: 8 }))!;
      assert.notDeepEqual(other.bytes, trained.bytes);
    },
  );

  await t.step(
    "makes a host's model the same bytes whatever hosts are trained beside it",
    async () => {
      const hosts = estate();
      const together = await trainHosts(hosts, { ...options, fleet });
      for (const [id, rows] of hosts) {
        const alone = await trainHosts(new Map([[id, rows]]), { ...options, fleet });
        assert.deepEqual(alone.get(id)!.bytes, together.get(id)!.bytes, id);
        assert.deepEqual(trained.hosts.get(id)!.bytes, together.get(id)!.bytes, id);
      }
    },
  );

  await t.step("stands in for a host that it has not seen, and says so", async () => {
    const rows = office(8, 20);
    rows.values[6 * DIMENSIONS + NEW_PROGRAMS] = 12;
    const hosts = await trainHosts(new Map([["later", rows]]), { ...options, fleet });
    const { pooled, bytes, figures } = hosts.get("later")!;
    assert.equal(pooled, true);
    assert.match(figures.standIn!, /not enough history: 8 of 48/);
    const { score, confidence } = openModel(bytes).score(rows);
    assert.equal(score.indexOf(Math.max(...score)), 6);
    assert.ok(confidence.every((sure) => sure > 0 && sure < 0.05), `${confidence}`);
  });

  await t.step(
    "lets the windows that calibrate be scored by what was known before them",
    async () => {
      const hosts = estate();
      const busy = hosts.get("a")!;
      const { heldOut } = splitByTime(busy.startMs, busy.n);
      for (const row of heldOut) busy.values[row * DIMENSIONS + NEW_PROGRAMS] = 12; // an attack of days
      const { bytes, hosts: models } = (await trainFleet(hosts, options))!;
      const { trainingRarity, calibrations } = openFleet(bytes);
      const scored = [...hosts].flatMap(([id, rows]) => {
        const { score } = openModel(models.get(id)!.bytes, trainingRarity).score(rows);
        return [...splitByTime(rows.startMs, rows.n).heldOut].map((row) => score[row]);
      });
      assert.deepEqual(Float32Array.from(scored).sort(), calibrations[0].scores);

      const model = models.get("a")!.bytes;
      const after = openModel(model).score(busy).score;
      openModel(model, trainingRarity).score(busy).score.forEach((score, row) => {
        if (heldOut.includes(row)) assert.ok(score > after[row], `${row}`);
        else assert.equal(score, after[row]);
      });
    },
  );

  await t.step("a host that has just come has its small p-values told from news", async () => {
    const steady = new Map(
      Array.from({ length: 6 }, (_, i) => [`steady-${i}`, office(480, 30 + i)]),
    );
    const learned = openFleet((await trainFleet(steady, options))!.bytes);
    const novel = (n: number) => {
      const rows = office(n, 40);
      const { heldOut } = splitByTime(rows.startMs, n);
      for (const row of heldOut) rows.values[row * DIMENSIONS + NEW_PROGRAMS] = 12;
      return rows;
    };
    const hosts = new Map([
      ["steady", novel(480)],
      ["young", novel(168)],
      ["like the others", office(168, 50)],
      ["without windows", office(0, 51)],
    ]);
    const models = await trainHosts(hosts, { ...options, fleet: learned });
    const surplus = (host: string) => openModel(models.get(host)!.bytes).parts.surplus;
    assert.equal(surplus("steady"), 1, "twenty days have shown what is usual there");
    assert.equal(surplus("young"), 1 / 0.005, "all windows that it held out are strange");
    assert.ok(surplus("like the others") < 10);
    assert.equal(surplus("without windows"), 1 / 0.005, "nothing is known of it yet");

    const { p, score } = openModel(models.get("young")!.bytes).score(hosts.get("young")!);
    const { parts } = openModel(models.get("young")!.bytes);
    const bare = new HostModel({ ...parts, surplus: 1 }).score(hosts.get("young")!);
    assert.deepEqual(score, bare.score, "scores are stored raw");
    p.forEach((value, row) => assert.equal(value, Math.min(1, bare.p[row] * parts.surplus)));
  });

  await t.step("says how it was trained", () => {
    const { figures, windows } = trained;
    assert.equal(windows, 485);
    assert.equal(figures.windows + figures.heldOut, 485);
    assert.deepEqual([figures.hosts, figures.ownNets, figures.seed, figures.engine], [
      3,
      2,
      7,
      "fused",
    ]);
    assert.ok(figures.losses.autoencoder! > 0);
  });

  await t.step("is refused where it is damaged, and is never taken for one host's", () => {
    const altered = trained.bytes.slice();
    altered[altered.length - 9] ^= 1;
    assert.throws(() => openFleet(altered), /altered/);
    assert.throws(() => openFleet(trained.bytes.subarray(0, 4000)), /cut off/);
    assert.throws(() => openFleet(trained.hosts.get("a")!.bytes), /one host's checkpoint/);
    assert.throws(() => openModel(trained.bytes), /fleet's checkpoint/);
  });
});

Deno.test("a fleet without any window has no model", async () => {
  assert.equal(await trainFleet(new Map([["empty", office(0, 1)]]), { seed: 1 }), undefined);
});
