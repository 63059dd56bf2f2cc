import assert from "node:assert/strict";
import { SCHEMA_ID } from "@/features/schema.ts";
import { trainHosts } from "@/models/detection.ts";
import { office } from "@/tests/models/office.ts";
import { fixture, HOSTS } from "@/tests/server/fixture.ts";

const EARLIER = "01800000-0000-7000-8000-000000000001";
const ACTIVATE = `mutation($id: ID!) {
  activateModel(modelId: $id) { model { id active } userErrors { code message } } }`;

Deno.test("administrators of models", async (t) => {
  const queued: { queue: string; data: unknown }[] = [];
  await using f = await fixture({
    enqueue: (_, queue, data) => Promise.resolve(queued.push({ queue, data }).toString()),
  });
  const { sql } = f.database;
  const [{ id: hostId }] = HOSTS;
  const options = { seed: 1, autoencoder: { steps: 20 }, gan: { steps: 20 } };
  const good = (await trainHosts(new Map([["a", office(60, 1)]]), options)).get("a")!.bytes;
  await sql`
    insert into models (host_id, model_id, pooled, windows, bytes, figures, trained_from, trained_to,
      created_at, active)
    values (${hostId}, ${EARLIER}, false, 60, ${good}, '{}', '2026-10-01', '2026-10-20',
      '2026-10-21', false)`;
  await sql`
    insert into ledger (host_id, epoch, last_seq, stored)
    values (${hostId}, ${crypto.randomUUID()}, 9, 500)`;
  const idOf = async (active: boolean) => {
    const { data } = await f.ask(
      `{ models(active: ${active}, first: 10) { edges { node { id host { name } } } } }`,
    );
    return data.models.edges.find((edge: { node: { host: { name: string } } }) =>
      edge.node.host.name === HOSTS[0].name
    ).node.id;
  };
  const inForce = () =>
    sql`
    select model_id as id, stored::int from models where host_id = ${hostId} and active`;
  const store = (bytes: Uint8Array) =>
    sql`update models set bytes = ${bytes} where host_id = ${hostId} and model_id = ${EARLIER}`;
  const [{ id: newest }] = await inForce();
  const earlier = await idOf(false);

  await t.step(
    "a damaged, cut or foreign model is refused with the reason; the good one stays",
    async () => {
      const altered = good.slice();
      altered[altered.length - 5] ^= 1;
      const other = good.slice();
      other[new TextDecoder("latin1").decode(good).indexOf(SCHEMA_ID) + SCHEMA_ID.length - 1] ^= 8;
      for (
        const [bytes, reason] of [
          [altered, /altered/],
          [good.subarray(0, 9000), /cut off/],
          [other, /of schema .*train it again/],
          [new Uint8Array(3), /HABITMDL/],
        ] as const
      ) {
        await store(bytes);
        const { data } = await f.ask(ACTIVATE, { id: earlier });
        const [{ code, message }] = data.activateModel.userErrors;
        assert.equal(code, "UNREADABLE");
        assert.match(message, reason);
        assert.match(message, /The model in force stays/);
        assert.deepEqual((await inForce()).map(({ id }) => id), [newest]);
      }
      assert.deepEqual(queued, []);
    },
  );

  await t.step(
    "an earlier model takes over, scores anew, and is not replaced at once",
    async () => {
      await store(good);
      const { data } = await f.ask(ACTIVATE, { id: earlier });
      assert.deepEqual(data.activateModel, {
        model: { id: earlier, active: true },
        userErrors: [],
      });
      assert.deepEqual([...await inForce()], [{ id: EARLIER, stored: 500 }]);
      assert.deepEqual(queued, [{ queue: "score", data: { hostId } }]);
      const [{ mark }] = await sql`
      select unscored_from = '-infinity' as mark from ledger where host_id = ${hostId}`;
      assert.equal(mark, true);
    },
  );

  const set = async (input: string) => {
    const { data } = await f.ask(
      `mutation { setTraining(input: ${input}) {
        settings { training { preset hidden steps generator discriminator ganSteps trim } }
        userErrors { code message } } }`,
    );
    const { settings, userErrors } = data.setTraining;
    return settings?.training ?? `${userErrors[0].code} ${userErrors[0].message}`;
  };

  await t.step("layers, nodes and steps are set, and the fleet is learned anew", async () => {
    queued.length = 0;
    assert.deepEqual(
      await set(`{ preset: "wide", discriminator: [64, 32, 16], ganSteps: 500, trim: 0.12 }`),
      {
        preset: "wide",
        hidden: null,
        steps: null,
        generator: null,
        discriminator: [64, 32, 16],
        ganSteps: 500,
        trim: 0.12,
      },
    );
    assert.deepEqual(queued, [{ queue: "fleet", data: {} }]);
  });

  await t.step("what cannot be trained is refused, and says what can", async () => {
    const refused: readonly [string, RegExp][] = [
      [`{ preset: "deep" }`, /autoencoder.preset takes "seed" or "wide": got "deep"/],
      [`{ preset: "seed", hidden: [8] }`, /not both/],
      [`{ hidden: [64, 0] }`, /autoencoder.hidden\[1\] takes a whole number from 1 to 512: got 0/],
      [`{ hidden: [] }`, /1 to 12 hidden layers/],
      [`{ discriminator: [64] }`, /gan.discriminator takes 2 to 12 hidden layers/],
      [`{ steps: 99999999 }`, /autoencoder.steps takes a whole number from 1 to 50000/],
      [`{ trim: 0.9 }`, /trim takes a share from 0 to 0.4: got 0.9/],
    ];
    for (const [input, reason] of refused) {
      const answer = await set(input);
      assert.match(answer, /^OUT_OF_RANGE /, input);
      assert.match(answer, reason);
    }
    const [{ value }] = await sql`select value from settings where name = 'training'`;
    assert.equal(value.autoencoder.preset, "wide", "the last good setting stays");
  });

  await t.step("a threshold stands in for the budget until a budget is set", async () => {
    const threshold = async (call: string) => {
      const { data } = await f.ask(
        `mutation { ${call} { settings { alertThreshold } userErrors { code } } }`,
      );
      const { settings, userErrors } = Object.values<{
        settings: { alertThreshold: number | null };
        userErrors: { code: string }[];
      }>(data)[0];
      return settings ? settings.alertThreshold : userErrors[0].code;
    };
    assert.equal(await threshold(`setAlertThreshold(p: 0.0005)`), 0.0005);
    assert.equal(await threshold(`setAlertThreshold(p: 3)`), "OUT_OF_RANGE");
    assert.equal(await threshold(`setAlertBudget(perDay: 9)`), null);
    assert.equal(await threshold(`setAlertThreshold(p: 0.01)`), 0.01);
    assert.equal(await threshold(`setAlertThreshold`), null);
  });
});
