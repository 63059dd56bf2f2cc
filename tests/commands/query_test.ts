import assert from "node:assert/strict";
import { parse, validate } from "graphql";
import { ask } from "@/commands/query.ts";
import { schema } from "@/server/graphql/schema.ts";
import { fixture, TOKEN } from "@/tests/server/fixture.ts";

const API = new URL("../../docs/api.md", import.meta.url);

/** Examples of docs/api.md by language, and what runs them. */
const EXAMPLES = [
  { language: "python", program: "python3", args: ["-c"] },
  { language: "powershell", program: "pwsh", args: ["-NoProfile", "-Command"] },
];

/** What a program printed; undefined where it is not at hand. */
async function run(program: string, args: string[], env: Record<string, string>) {
  try {
    return await new Deno.Command(program, { args, env }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
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

  const text = Deno.readTextFileSync(API);
  for (const { language, program, args } of EXAMPLES) {
    const code = new RegExp("```" + language + "\n([^]*?)```").exec(text)![1]!;
    const [query] = /query \(\$first[^'"]*/.exec(code)!;
    assert.deepEqual(validate(schema, parse(query)), [], language);
    const env = { HABIT_SERVER: f.server.url, HABIT_TOKEN: TOKEN };
    const ran = await run(program, [...args, code], env);
    await t.step({
      name: `the ${language} example of docs/api.md prints the three strangest windows`,
      ignore: ran === undefined, // the program is not at hand
      fn() {
        const printed = new TextDecoder().decode(ran!.stdout);
        assert.equal(
          printed.match(/failed logons/g)?.length,
          3,
          new TextDecoder().decode(ran!.stderr),
        );
        assert.match(printed, /2026.*15:00:00.* ws-001 +0[.,]0001 +failed logons/);
      },
    });
  }
});
