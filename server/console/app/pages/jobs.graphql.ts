/**
 * Types and texts of server/console/app/pages/jobs.graphql; written by `deno task build:console`.
 * @module
 */

import type { Operation } from "../operation.ts";

/** Fragment JobListed. */
export type JobListed = { readonly id: string; readonly queue: string; readonly message: string; readonly done: number; readonly total: number; readonly startedAt: string; readonly endedAt: string | null; readonly updatedAt: string; readonly perSecond: number | null; readonly secondsLeft: number | null; };

/** What Jobs gives. */
export type JobsData = { readonly jobs: { readonly edges: readonly ({ readonly node: JobListed; })[]; readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null; }; }; };

/** What Jobs takes. */
export type JobsVariables = { readonly after?: string | null; readonly first?: number | null; };

/** The query Jobs. */
export const Jobs: Operation<JobsData, JobsVariables> = {
  name: "Jobs",
  text: "query Jobs($after:String$first:Int){jobs(after:$after first:$first){edges{node{...JobListed}}pageInfo{hasNextPage endCursor}}}fragment JobListed on Job{id queue message done total startedAt endedAt updatedAt perSecond secondsLeft}",
};

/** What JobHealth gives. */
export type JobHealthData = { readonly jobQueues: readonly ({ readonly name: string; readonly waiting: number; readonly running: number; readonly failing: number; readonly dead: number; })[]; readonly failing: readonly ({ readonly queue: string; readonly reason: string; readonly at: string; readonly attempts: number; readonly host: { readonly id: string; readonly name: string; } | null; })[]; readonly dead: readonly ({ readonly queue: string; readonly reason: string; readonly at: string; readonly attempts: number; readonly host: { readonly id: string; readonly name: string; } | null; })[]; };

/** What JobHealth takes. */
export type JobHealthVariables = Record<string, never>;

/** The query JobHealth. */
export const JobHealth: Operation<JobHealthData, JobHealthVariables> = {
  name: "JobHealth",
  text: "query JobHealth{jobQueues{name waiting running failing dead}failing:failedJobs(dead:false){queue reason at attempts host{id name}}dead:failedJobs(dead:true){queue reason at attempts host{id name}}}",
};

/** What Redrive gives. */
export type RedriveData = { readonly redriveJobs: { readonly jobs: number | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What Redrive takes. */
export type RedriveVariables = { readonly queue: string; };

/** The mutation Redrive. */
export const Redrive: Operation<RedriveData, RedriveVariables> = {
  name: "Redrive",
  text: "mutation Redrive($queue:String!){redriveJobs(queue:$queue){jobs userErrors{message}}}",
};

/** What JobProgressed gives. */
export type JobProgressedData = { readonly jobProgressed: JobListed | null; };

/** What JobProgressed takes. */
export type JobProgressedVariables = Record<string, never>;

/** The subscription JobProgressed. */
export const JobProgressed: Operation<JobProgressedData, JobProgressedVariables> = {
  name: "JobProgressed",
  text: "subscription JobProgressed{jobProgressed{...JobListed}}fragment JobListed on Job{id queue message done total startedAt endedAt updatedAt perSecond secondsLeft}",
};
