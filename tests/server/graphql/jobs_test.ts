import assert from "node:assert/strict";
import { createJobs, type Jobs } from "@/server/jobs/jobs.ts";
import { JobNote } from "@/server/jobs/progress.ts";
import { fixture, HOSTS } from "@/tests/server/fixture.ts";

Deno.test("jobs over GraphQL", async (t) => {
  const late: { jobs?: Jobs } = {};
  await using f = await fixture({ redrive: (sql, queue) => late.jobs!.redrive(queue, sql) });
  const jobs = late.jobs = await createJobs(f.database);
  try {
    await t.step("a running job says its rate and the time left", async () => {
      let now = Date.parse("2026-11-02T08:00:00Z");
      const note = new JobNote(f.database.sql, crypto.randomUUID(), "train", 90, () => now);
      await note.begin("starts");
      const ask = async () => {
        const { data } = await f.ask(
          `{ jobs(first: 1) { edges { node { perSecond secondsLeft endedAt } } } }`,
        );
        return data.jobs.edges[0].node;
      };
      assert.deepEqual(await ask(), { perSecond: null, secondsLeft: null, endedAt: null });
      now += 10_000;
      note.at(30, "goes on");
      for (let i = 0; i < 50 && (await ask()).perSecond === null; i++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.deepEqual(await ask(), { perSecond: 3, secondsLeft: 20, endedAt: null });
      now += 20_000;
      await note.end(90, "done");
      assert.deepEqual(await ask(), {
        perSecond: 3,
        secondsLeft: null,
        endedAt: "2026-11-02T08:00:30.000Z",
      });
    });

    await t.step("dead jobs are listed with their host, and go back to their queue", async () => {
      const { boss } = jobs;
      await boss.send("score", { hostId: HOSTS[1]!.id }, { retryLimit: 0 });
      const [job] = await boss.fetch("score");
      await boss.fail("score", job!.id, { message: "the checkpoint is broken" });
      const look = `{ failedJobs(dead: true) { queue host { name } reason attempts }
        jobQueues { name waiting running failing dead } }`;
      const before = (await f.ask(look)).data;
      assert.deepEqual(before.failedJobs, [{
        queue: "score",
        host: { name: "ws-002" },
        reason: "the checkpoint is broken",
        attempts: 1,
      }]);
      const redrive = (queue: string) =>
        f.ask(
          `mutation($queue: String!) { redriveJobs(queue: $queue) { jobs userErrors { code } } }`,
          { queue },
        );
      const wrong = (await redrive("nonsense")).data.redriveJobs;
      assert.deepEqual(wrong, { jobs: null, userErrors: [{ code: "NOT_FOUND" }] });
      assert.deepEqual((await redrive("score")).data.redriveJobs, { jobs: 1, userErrors: [] });
      const { failedJobs, jobQueues } = (await f.ask(look)).data;
      assert.deepEqual(failedJobs, []);
      assert.deepEqual(jobQueues.find(({ name }: { name: string }) => name === "score"), {
        name: "score",
        waiting: 1,
        running: 0,
        failing: 0,
        dead: 0,
      });
      const { data } = await f.ask(`{ audit(first: 1) { edges { node { action details } } } }`);
      assert.deepEqual(data.audit.edges[0].node, {
        action: "redriveJobs",
        details: { queue: "score" },
      });
    });

    await t.step(
      "a job that fails while its like waits to be tried again is not a dead one",
      async () => {
        const { boss } = jobs;
        const look = `{ failedJobs(dead: true) { queue }
        jobQueues { name waiting running failing dead } }`;
        for (const message of ["first", "second"]) {
          await boss.send("train", { hostId: HOSTS[0]!.id }, {
            singletonKey: "host",
            retryDelay: 60,
          });
          const [job] = await boss.fetch("train");
          await boss.fail("train", job!.id, { message });
        }
        const buried = await f.database.sql`select from pgboss.job where name = 'train-dead'`;
        assert.equal(buried.length, 1);
        const { failedJobs, jobQueues } = (await f.ask(look)).data;
        assert.deepEqual(failedJobs, []);
        assert.deepEqual(jobQueues.find(({ name }: { name: string }) => name === "train"), {
          name: "train",
          waiting: 0,
          running: 0,
          failing: 1,
          dead: 0,
        });
      },
    );
  } finally {
    await jobs.stop();
  }
});
