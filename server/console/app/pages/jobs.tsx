/**
 * Jobs: what runs and how far it is, what waits, and what failed.
 * @module
 */
import { useState } from "preact/hooks";
import { act, say } from "../act.tsx";
import { count, counted, duration, number } from "../format.ts";
import { useNews, usePages, useQuery } from "../query.ts";
import { Answered, Empty, PageHead, Time, Where } from "../ui/parts.tsx";
import { Table } from "../ui/table.tsx";
import { useMay } from "../viewer.ts";
import {
  JobHealth,
  type JobHealthData,
  type JobListed,
  JobProgressed,
  Jobs as JobList,
  Redrive,
} from "./jobs.graphql.ts";

type Failed = JobHealthData["dead"][number];

function Progress({ job }: { job: JobListed }) {
  const { done, total, endedAt, startedAt, perSecond, secondsLeft } = job;
  if (endedAt) {
    return <span class="muted">{duration(Date.parse(endedAt) - Date.parse(startedAt))}</span>;
  }
  return (
    <span class="part">
      <progress max={total || undefined} value={total ? done : undefined} aria-label={job.queue} />
      <span class="muted">
        {total > 0 && `${count(done)} of ${count(total)}`}
        {perSecond !== null && `, ${number(perSecond)} a second`}
        {secondsLeft !== null && `, ${duration(secondsLeft * 1_000)} left`}
      </span>
    </span>
  );
}

function Failures({ title, failed, onRedrive }: {
  title: string;
  failed: readonly Failed[];
  onRedrive?: (queue: string) => void;
}) {
  if (failed.length === 0) return null;
  return (
    <section>
      <h2 class="above">{title}</h2>
      <Table
        name="failed jobs"
        rows={failed}
        rowKey={({ queue, at, host }) => `${queue} ${at} ${host?.id}`}
        columns={[
          { title: "Work", cell: ({ queue }) => queue, csv: ({ queue }) => queue },
          {
            title: "Of",
            cell: ({ host }) => host ? <Where host={host} /> : "the whole estate",
            csv: ({ host }) => host?.name ?? "",
          },
          {
            title: "Because",
            cell: ({ reason }) => <bdi>{reason}</bdi>,
            csv: ({ reason }) => reason,
          },
          {
            title: "Failures",
            numeric: true,
            cell: ({ attempts }) => attempts,
            csv: ({ attempts }) => attempts,
          },
          {
            title: onRedrive ? "Since" : "Tried again",
            cell: ({ at }) => <Time at={at} />,
            csv: ({ at }) => at,
          },
          {
            title: "Do",
            cell: ({ queue }) =>
              onRedrive && (
                <button type="button" onClick={() => onRedrive(queue)}>
                  Try all of {queue} again
                </button>
              ),
          },
        ]}
      />
    </section>
  );
}

/** Queues, with what waits in each. */
function Queues({ queues }: { queues: JobHealthData["jobQueues"] }) {
  const busy = queues.filter(({ waiting, running }) => waiting + running > 0);
  return (
    <p class="lead">
      {busy.length === 0 && "Nothing waits."}
      {busy.map(({ name, waiting, running }) =>
        `${name}: ${running > 0 ? `${count(running)} running, ` : ""}${count(waiting)} waiting`
      ).join(" · ")}
    </p>
  );
}

/** The page. */
export function Jobs() {
  const list = usePages(JobList, { first: 50 }, ({ jobs }) => jobs);
  const health = useQuery(JobHealth, {});
  const [live, setLive] = useState<ReadonlyMap<string, JobListed>>(new Map());
  const mayConfigure = useMay("configure");
  useNews(JobProgressed, ({ jobProgressed }) => {
    if (!jobProgressed) return;
    setLive((before) => new Map(before).set(jobProgressed.id, jobProgressed));
    const isKnown = list.rows?.some(({ id }) => id === jobProgressed.id);
    if (!isKnown) void list.reload();
    if (!isKnown || jobProgressed.endedAt) void health.reload();
  });
  const redrive = async (queue: string) => {
    const done = await act(Redrive, { queue });
    if (!done) return;
    say({ text: `${counted(done.redriveJobs.jobs ?? 0, "job")} of ${queue} will run again.` });
    await health.reload();
  };
  const rows = list.rows?.map((job) => live.get(job.id) ?? job);
  return (
    <>
      <PageHead
        title="Jobs"
        lead={rows && (rows.some(({ endedAt }) => !endedAt) ? "At work." : "Nothing runs now.")}
      />
      <div class="stack">
        <Answered query={{ data: rows && health.data, error: health.error }}>
          {({ jobQueues, failing, dead }) => (
            <>
              <Queues queues={jobQueues} />
              <Failures
                title="Failed every time"
                failed={dead}
                onRedrive={mayConfigure ? (queue) => void redrive(queue) : undefined}
              />
              <Failures title="Failed, and tried again" failed={failing} />
            </>
          )}
        </Answered>
        <Answered query={{ data: health.data && rows, error: list.error }}>
          {(rows) =>
            rows.length === 0
              ? (
                <Empty title="No job has run yet">
                  <p>Training starts by itself once hosts have sent enough.</p>
                </Empty>
              )
              : (
                <Table
                  name="jobs"
                  rows={rows}
                  rowKey={({ id }) => id}
                  hasMore={list.hasMore}
                  more={list.more}
                  all={list.all}
                  columns={[
                    { title: "Work", cell: ({ queue }) => queue, csv: ({ queue }) => queue },
                    {
                      title: "What",
                      cell: ({ message }) => <bdi>{message}</bdi>,
                      csv: ({ message }) => message,
                    },
                    {
                      title: "How far",
                      cell: (job) => <Progress job={job} />,
                      csv: ({ done, total }) => `${done}/${total}`,
                    },
                    {
                      title: "Started",
                      cell: ({ startedAt }) => <Time at={startedAt} />,
                      csv: ({ startedAt }) => startedAt,
                      wide: true,
                    },
                    {
                      title: "State",
                      cell: ({ endedAt }) => (
                        <span class={endedAt ? "badge" : "badge accent"}>
                          {endedAt ? "ended" : "runs"}
                        </span>
                      ),
                      csv: ({ endedAt }) => endedAt ?? "runs",
                    },
                  ]}
                />
              )}
        </Answered>
      </div>
    </>
  );
}
