/**
 * Jobs: what waits, runs, and has failed, and sending dead jobs back.
 * @module
 */
import { type Queue, QUEUES } from "@/server/jobs/boss.ts";
import {
  deadJobs,
  type FailedJob as FailedJobRow,
  failingJobs,
  type QueueState,
  queueStates,
} from "@/server/jobs/look.ts";
import { type Pace, pace } from "@/server/jobs/progress.ts";
import { act, payload } from "../act.ts";
import { builder, local, localParts, needs } from "../builder.ts";
import { UserError } from "../errors.ts";
import { connectionOf, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { JOB_ORDER, jobs } from "../queries/operations.ts";
import type { JobRow } from "../rows.ts";
import { Host } from "./host.ts";

/** A job. */
export const Job = builder.objectRef<JobRow>("Job");

builder.node(Job, {
  description: "One queued piece of work.",
  id: { resolve: local("Job", ({ jobId }) => jobId), description: "Global id." },
  loadOne: (id, { loaders }) => loaders.job.load(localParts("Job", id, 1)[0]!),
  fields: (t) => ({
    queue: t.exposeString("queue", { description: "What kind of work: train, score, report …" }),
    done: t.exposeInt("done", { description: "Steps done." }),
    total: t.exposeInt("total", { description: "Steps in all; 0 while not known." }),
    message: t.exposeString("message", { description: "What it is at, or why it failed." }),
    startedAt: t.expose("startedAt", { type: "DateTime", description: "Start." }),
    updatedAt: t.expose("updatedAt", { type: "DateTime", description: "Last sign of life." }),
    endedAt: t.expose("endedAt", {
      type: "DateTime",
      nullable: true,
      description: "End; null while it runs.",
    }),
    perSecond: t.float({
      nullable: true,
      description: "Steps a second since its start; null before the first.",
      resolve: (job) => paceOf(job).perSecond ?? null,
    }),
    secondsLeft: t.float({
      nullable: true,
      description: "Seconds to its end at that rate; null where that is not known, or it ended.",
      resolve: (job) => job.endedAt ? null : paceOf(job).secondsLeft ?? null,
    }),
  }),
});

function paceOf({ done, total, startedAt, updatedAt }: JobRow): Pace {
  return pace(done, total, updatedAt.getTime() - startedAt.getTime());
}

const JobConnection = connectionType("Job", Job);

builder.queryField("jobs", (t) =>
  t.field({
    type: JobConnection,
    description: "Jobs, started last first.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      queue: t.arg.string({ description: "Only of this queue." }),
      running: t.arg.boolean({ description: "Only those that run, or only those that ended." }),
    },
    async resolve(_, args, { sql }) {
      const page = readPage(args, JOB_ORDER);
      const filter = { queue: args.queue ?? null, running: args.running ?? null };
      return connectionOf(await jobs(sql, filter, page), page);
    },
  }));

const JobQueue = builder.objectRef<QueueState>("JobQueue").implement({
  description: "A queue of work and what is in it.",
  fields: (t) => ({
    name: t.exposeString("queue", { description: "What kind of work." }),
    waiting: t.exposeInt("waiting", { description: "Jobs that may run now or later." }),
    running: t.exposeInt("running", { description: "Jobs that run now." }),
    failing: t.exposeInt("failing", { description: "Jobs that failed and are tried again." }),
    dead: t.exposeInt("dead", { description: "Jobs that failed every time: see redriveJobs." }),
  }),
});

builder.queryField("jobQueues", (t) =>
  t.field({
    type: [JobQueue],
    description: "Every queue of work; none where no job runner is connected to this server.",
    extensions: needs.read,
    resolve: (_, _args, { sql, redrive }) => redrive ? queueStates(sql) : [],
  }));

const FailedJob = builder.objectRef<FailedJobRow>("FailedJob").implement({
  description: "A job that failed.",
  fields: (t) => ({
    queue: t.exposeString("queue", { description: "What kind of work." }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "Whose work; null for the whole estate's.",
      resolve: ({ hostId }, _, { loaders }) => hostId ? loaders.host.load(hostId) : null,
    }),
    reason: t.exposeString("reason", { description: "Why it failed last." }),
    attempts: t.exposeInt("attempts", { description: "Failures so far." }),
    at: t.expose("at", {
      type: "DateTime",
      description: "When it died, or when it is tried again.",
    }),
  }),
});

builder.queryField("failedJobs", (t) =>
  t.field({
    type: [FailedJob],
    description: "Jobs that failed, at most 1,000.",
    extensions: { ...needs.read, cost: 100 },
    args: {
      dead: t.arg.boolean({
        required: true,
        description: "Those that failed every time, or those that are tried again.",
      }),
    },
    resolve: (_, { dead }, { sql, redrive }) =>
      !redrive ? [] : dead ? deadJobs(sql) : failingJobs(sql),
  }));

builder.mutationField("redriveJobs", (t) =>
  t.field({
    type: payload("RedrivePayload", "jobs", "Int", "How many jobs went back."),
    description: "Sends a queue's dead jobs back to it.",
    extensions: needs.configure,
    args: { queue: t.arg.string({ required: true, description: "Name of the queue." }) },
    resolve: (_, { queue }, context) =>
      act(
        context,
        { action: "redriveJobs", subject: "", details: { queue } },
        (tx) => {
          if (!QUEUES.includes(queue as Queue)) {
            const message = `There is no such queue: name one of ${QUEUES.join(", ")}.`;
            throw new UserError("NOT_FOUND", message, "queue");
          }
          if (!context.redrive) {
            throw new UserError("UNAVAILABLE", "No job runner is connected to this server.");
          }
          return context.redrive(tx, queue as Queue);
        },
        (moved) => moved,
      ),
  }));
