import assert from "node:assert/strict";
import { ask } from "@/commands/query.ts";
import { fixture, TOKEN } from "@/tests/server/fixture.ts";

const API = new URL("../../docs/api.md", import.meta.url);

async function python(code: string, env: Record<string, string>) {
  return await new Deno.Command("python3", {
    args: ["-c", code],
    env,
    stdout: "piped",
    stderr: "piped",
  })
    .output().catch(() => undefined);
}

Deno.test("query answers with data, and says in one line what to do otherwise", async (t) => {
  await using f = await fixture();
  const options = { server: f.server.url, token: TOKEN, variables: "{}" };
  assert.deepEqual(await ask("{ settings { alertsPerDay } }", options), {
    settings: { alertsPerDay: 5 },
  });
  await assert.rejects(ask("{ nope }", options), /Cannot query field/);
  await assert.rejects(ask("{ nope }", { ...options, token: undefined }), /set HABIT_TOKEN/);
  await assert.rejects(ask("{ nope }", { ...options, token: "x" }), /unknown, expired or revoked/);
  await assert.rejects(ask("{ nope }", { ...options, variables: "{" }), /--variables takes JSON/);
  await assert.rejects(
    ask("{ nope }", { ...options, server: "http://127.0.0.1:1" }),
    /Cannot reach/,
  );

  const code = /```python\n([\s\S]*?)```/.exec(Deno.readTextFileSync(API))![1]!;
  const ran = await python(code, { HABIT_SERVER: f.server.url, HABIT_TOKEN: TOKEN });
  await t.step({
    name: "the Python example of docs/api.md prints the three strangest windows",
    ignore: ran === undefined, // no python3 at hand
    fn() {
      const lines = new TextDecoder().decode(ran!.stdout).trim().split("\n");
      assert.equal(lines.length, 3, new TextDecoder().decode(ran!.stderr));
      assert.match(lines[0]!, /^2026-11-02T15:00:00.000Z ws-001 0.0001 failed logons/);
    },
  });
});
