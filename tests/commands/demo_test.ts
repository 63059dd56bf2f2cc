import assert from "node:assert/strict";
import { join } from "node:path";
import { startEmbedded } from "@/db/embedded.ts";
import { openDatabase } from "@/db/open.ts";

const DATA = new URL("../../../shared/data/", import.meta.url);
const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** A few small real logs: the demo's own data set would take a minute. */
const logs: string[] = (() => {
  try {
    const index: { file: string; bytes: number; channels: Record<string, number> }[] = JSON.parse(
      Deno.readTextFileSync(new URL("evtx.json", DATA)),
    );
    return index.filter(({ bytes, channels }) => bytes < 80_000 && channels.Security > 3)
      .slice(0, 8).map(({ file }) => new URL(file, DATA).pathname);
  } catch {
    console.log("skipped: the demo on real event logs, as ../shared/data is absent");
    return [];
  }
})();

function demo(folder: string, ...more: string[]): Deno.Command {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", MAIN, "demo", "--data", join(folder, "data"), "--exit", ...more],
    stdout: "piped",
    stderr: "piped",
    env: { NO_COLOR: "1" },
  });
}

Deno.test({
  name: "the demo goes on after kill -9, and has every window once",
  ignore: logs.length === 0,
}, async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(join(folder, "logs"));
    for (const [i, path] of logs.entries()) {
      await Deno.copyFile(path, join(folder, "logs", `${i}.evtx`));
    }
    const args = ["--logs", join(folder, "logs"), "--json"];
    for (const waitMs of [1_500, 2_500]) {
      const killed = demo(folder, ...args).spawn();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      try {
        killed.kill("SIGKILL");
      } catch {
        // it was quicker than we
      }
      await killed.output();
    }
    const { success, stdout, stderr } = await demo(folder, ...args).output();
    assert.ok(success, new TextDecoder().decode(stderr));
    const { anomalies } = JSON.parse(new TextDecoder().decode(stdout));
    assert.ok(anomalies.length > 0, "no anomaly");
    await using cluster = await startEmbedded(join(folder, "data", "postgres"));
    await using database = await openDatabase(cluster.url);
    const [{ rows, windows, scored }] = await database.sql`
      select count(*)::int as rows,
        count(distinct (host_id, window_start, user_id))::int as windows,
        (select count(*)::int from scores) as scored
      from vectors`;
    const [{ sent }] = await database.sql`select sum(last_seq + 1)::int as sent from ledger`;
    assert.deepEqual([windows, scored, sent], [rows, rows, rows]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a demo that cannot run says in one line what to do, and fails", async (t) => {
  const folder = await Deno.makeTempDir();
  const failure = async (command: Deno.Command) => {
    const { code, stderr } = await command.output();
    assert.notEqual(code, 0);
    return new TextDecoder().decode(stderr);
  };
  try {
    await t.step("a folder that is not there", async () => {
      assert.match(
        await failure(demo(folder, "--logs", "no-such-folder")),
        /no such file or folder/,
      );
    });
    await t.step("a folder without logs", async () => {
      assert.match(await failure(demo(folder, "--logs", folder)), /no event log/);
    });
    await t.step("a mistyped flag, with the nearest", async () => {
      assert.match(await failure(demo(folder, "--exti")), /Did you mean --exit\?/);
    });
    await t.step("a second demo on the same data", async () => {
      await using _first = await startEmbedded(join(folder, "data", "postgres"));
      assert.match(await failure(demo(folder)), /another Habit is running on it/);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
