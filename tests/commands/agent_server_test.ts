import { enrol } from "@/agent/enrol.ts";
import { newerModel } from "@/agent/model.ts";
import { takeOffers } from "@/agent/offers.ts";
import { runFolder } from "@/agent/pipeline.ts";
import { bySignature } from "@/agent/request.ts";
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";
import { hashSecret, newSecret } from "@/server/auth/secrets.ts";
import { createIngest } from "@/server/ingest.ts";
import { deriveKeys } from "@/server/privacy/keys.ts";
import { unseal } from "@/server/privacy/seal.ts";
import { startServer } from "@/server/server.ts";
import { temporary, writeHosts } from "@/tests/agent/logs.ts";
import assert from "node:assert/strict";

Deno.test("an enrolled agent's windows reach the real server, signed, masked, once", async () => {
  using folder = temporary();
  using state = temporary();
  using logs = temporary();
  using offers = temporary();
  await using postgres = await startEmbedded(folder.path);
  const database = await openDatabase(postgres.url);
  const keys = deriveKeys(new Uint8Array(32).fill(4));
  const server = await startServer({
    database,
    keys,
    port: 0,
    hostname: "127.0.0.1",
    ingest: createIngest(database),
    agentFolder: offers.path,
  });
  try {
    const token = newSecret("enrolment");
    await database.sql`
      insert into enrolment_tokens (token_id, hash, note, uses, collector, expires_at, created_by)
      values (gen_random_uuid(), ${
      hashSecret(token)
    }, 'test', 1, true, now() + interval '1 hour', 'test')`;
    const identity = await enrol({
      server: server.url,
      token,
      host: "collector",
      stateFolder: state.path,
    });
    const authorise = bySignature(identity.agentId, identity.privateKey, Date.now);
    const written = writeHosts(logs.path, { hosts: 2 });
    const run = () =>
      runFolder({
        folder: logs.path,
        stateFolder: state.path,
        server: server.url,
        token: authorise,
        keys: identity,
      });
    assert.equal((await run()).acknowledged, 2 * 12 * 4);
    assert.equal((await run()).acknowledged, 0);
    const [{ rows, events }] = await database.sql`
      select count(*)::int as rows, sum(events)::int as events from vectors`;
    assert.deepEqual({ rows, events }, { rows: 2 * 12 * 4, events: written });
    const sealed = await database.sql<{ name: Uint8Array }[]>`
      select distinct sealed_name as name from users where length(sealed_name) > 0`;
    const names = sealed.map(({ name }) =>
      unseal(new Uint8Array(name), keys.unmaskKey, keys.sealPublicKey)
    );
    assert.deepEqual([...new Set(names)].sort(), ["corp\\user0", "corp\\user1", "corp\\user2"]);
    assert.equal(await newerModel(state.path, server.url, authorise), undefined, "none yet");
    Deno.writeTextFileSync(`${offers.path}/settings.json`, '{ "version": 1 }');
    assert.equal(await takeOffers(state.path, identity, authorise), "settings");
  } finally {
    await server.close();
    await database.close();
  }
});
