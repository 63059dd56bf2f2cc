import assert from "node:assert/strict";
import { startEmbedded } from "@/db/embedded.ts";
import { DatabaseError, openDatabase } from "@/db/open.ts";

Deno.test("embedded Postgres", async (t) => {
  const folder = await Deno.makeTempDir();
  const cluster = await startEmbedded(folder);
  const database = await openDatabase(cluster.url);
  try {
    await t.step("a second start on the folder is refused with what to do", async () => {
      await assert.rejects(startEmbedded(folder), (error) => {
        return error instanceof DatabaseError &&
          /another Habit is running on it/.test(error.message);
      });
    });
    await t.step("float32 vectors come back bit for bit", async () => {
      const values = Float32Array.from({ length: 128 }, (_, i) => Math.sin(i));
      const bytes = new Uint8Array(values.buffer);
      const [row] = await database.sql`select ${bytes}::bytea as v`;
      assert.deepEqual(new Float32Array(new Uint8Array(row.v).buffer), values);
    });
    await t.step("a week's partition is made once, whoever asks", async () => {
      await Promise.all(
        ["2026-01-08", "2026-01-09", "2026-01-05"].map((day) =>
          database.sql`select make_vector_partition(${`${day}T12:00:00Z`})`
        ),
      );
      const rows = await database.sql`
        select tablename from pg_tables where tablename like 'vectors_2%'`;
      assert.deepEqual([...rows], [{ tablename: "vectors_2026_01_05" }]);
    });
    await t.step(
      "a week that lies in the default partition gets its own, without loss",
      async () => {
        const { sql } = database;
        const id = "00000000-0000-4000-8000-000000000001";
        for (const day of ["2031-03-05T01:00:00Z", "2031-03-12T01:00:00Z"]) {
          await sql`
          insert into vectors values (${id}, ${day}::text::timestamptz, ${id}, 0, 0, 1, 1, '\\x00')`;
        }
        await sql`select make_vector_partition('2031-03-05T12:00:00Z')`;
        const where = () => sql`select tableoid::regclass::text as t from vectors order by 1`;
        assert.deepEqual((await where()).map(({ t }) => t), [
          "vectors_2031_03_03",
          "vectors_default",
        ]);
        const [{ storage }] = await sql`
        select attstorage as storage from pg_attribute
        where attrelid = 'vectors_2031_03_03'::regclass and attname = 'values'`;
        assert.equal(storage, "e");
      },
    );
    await t.step("retention drops the weeks that have ended", async () => {
      const { sql } = database;
      const [early] = await sql`select drop_vector_partitions('2031-03-09T23:59:59Z') as n`;
      assert.equal(early.n, 1); // the week of January 2026 only
      const [late] = await sql`select drop_vector_partitions('2031-03-10T00:00:00Z') as n`;
      assert.equal(late.n, 1);
      const [{ n }] = await sql`select count(*)::int as n from vectors`;
      assert.equal(n, 1);
      await sql`select make_vector_partition('2026-01-08T00:00:00Z')`;
    });
    await t.step("a Postgres that is too old is refused with what is needed", async () => {
      await assert.rejects(openDatabase(cluster.url, 1, undefined, 99), (error) => {
        return error instanceof DatabaseError &&
          /Cannot use Postgres \d+.* Habit needs 99 or newer/.test(error.message);
      });
    });
    await t.step("a database that a newer Habit has used is refused", async () => {
      await database.sql`
        insert into drizzle.__drizzle_migrations (hash, created_at) values ('newer', 0)`;
      await assert.rejects(openDatabase(cluster.url), /a newer Habit has used it/);
      await database.sql`delete from drizzle.__drizzle_migrations where hash = 'newer'`;
    });
  } finally {
    await database.close();
    await cluster.stop();
  }
  await t.step("what was committed is there after a restart", async () => {
    await using again = await startEmbedded(folder);
    await using reopened = await openDatabase(again.url);
    const [{ count }] = await reopened.sql`
      select count(*)::int from pg_tables where tablename = 'vectors_2026_01_05'`;
    assert.equal(count, 1);
  });
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a Postgres that is not there is named, with what to do and no password", async () => {
  await assert.rejects(openDatabase("postgres://habit:secret@127.0.0.1:1/none"), (error) => {
    assert.ok(error instanceof DatabaseError);
    assert.match(error.message, /Cannot reach Postgres at 127.0.0.1:1\/none.*unset DATABASE_URL/);
    assert.ok(!error.message.includes("secret"));
    return true;
  });
});

Deno.test(
  "kill -9 of the owner ends its Postgres too",
  { ignore: Deno.build.os === "windows" },
  async () => {
    const folder = await Deno.makeTempDir();
    const script = `import { startEmbedded } from "@/db/embedded.ts";
    const { url } = await startEmbedded(${JSON.stringify(folder)});
    console.log(url); setInterval(() => {}, 1000);`;
    const owner = new Deno.Command(Deno.execPath(), {
      args: ["eval", script],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const reader = owner.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const url = new URL((await reader.read()).value!.trim());
    owner.kill("SIGKILL");
    await owner.status;
    await reader.cancel();
    const deadline = Date.now() + 10_000;
    const answers = () =>
      Deno.connect({ hostname: url.hostname, port: Number(url.port) }).then((socket) => {
        socket.close();
        return true;
      }, () => false);
    while (await answers()) {
      assert.ok(Date.now() < deadline, "Postgres still answers 10 s after its owner was killed");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await Deno.remove(folder, { recursive: true });
  },
);
