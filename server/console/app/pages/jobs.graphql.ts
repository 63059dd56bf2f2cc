/**
 * Types and hashes of server/console/app/pages/jobs.graphql; written by `deno task build:console`.
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
  hash: "ca9b72a5fc29936b77f9ed4daa100bccd11305c4cf4982ae2fa59d7c9627e02b",
};

/** What JobHealth gives. */
export type JobHealthData = { readonly jobQueues: readonly ({ readonly name: string; readonly waiting: number; readonly running: number; readonly failing: number; readonly dead: number; })[]; readonly failing: readonly ({ readonly queue: string; readonly reason: string; readonly at: string; readonly attempts: number; readonly host: { readonly id: string; readonly name: string; } | null; })[]; readonly dead: readonly ({ readonly queue: string; readonly reason: string; readonly at: string; readonly attempts: number; readonly host: { readonly id: string; readonly name: string; } | null; })[]; };

/** What JobHealth takes. */
export type JobHealthVariables = Record<string, never>;

/** The query JobHealth. */
export const JobHealth: Operation<JobHealthData, JobHealthVariables> = {
  name: "JobHealth",
  hash: "ba9a8e9dfa52d723f9e0064d7e7b8fd9b8be8074a42a19e3726133febfeb6e9a",
};

/** What Redrive gives. */
export type RedriveData = { readonly redriveJobs: { readonly jobs: number | null; readonly userErrors: readonly ({ readonly message: string; })[]; }; };

/** What Redrive takes. */
export type RedriveVariables = { readonly queue: string; };

/** The mutation Redrive. */
export const Redrive: Operation<RedriveData, RedriveVariables> = {
  name: "Redrive",
  hash: "3703152238255f4fa47a91757a2fde2a50f487e6e04643d149e849dc0d44f3f3",
};

/** What JobProgressed gives. */
export type JobProgressedData = { readonly jobProgressed: JobListed | null; };

/** What JobProgressed takes. */
export type JobProgressedVariables = Record<string, never>;

/** The subscription JobProgressed. */
export const JobProgressed: Operation<JobProgressedData, JobProgressedVariables> = {
  name: "JobProgressed",
  hash: "f45570512bdbca035d135713deb539ed88bb2de76aaa3d87a39127641190e199",
};
