/**
 * Baseline reports: made on demand and every week, to be read, printed and handed on.
 * @module
 */
import { useEffect } from "preact/hooks";
import { act, say } from "../act.tsx";
import { counted } from "../format.ts";
import { usePages, useQuery } from "../query.ts";
import { parameter, setParameter } from "../router.ts";
import { Form } from "../ui/form.tsx";
import { Answered, Empty, PageHead, Time, Where, Who } from "../ui/parts.tsx";
import { Table } from "../ui/table.tsx";
import {
  type ReportListed,
  ReportNow,
  Reports as ReportList,
  ReportSubject,
} from "./reports.graphql.ts";

const POLL_MS = 1_500;
const SPANS = [7, 30, 92];

/** What a report is about, in words. */
function about({ host, user, kind }: ReportListed): string {
  return host?.name ?? user?.pseudonym ?? (kind === "estate" ? "estate" : "erased");
}

function About({ report }: { report: ReportListed }) {
  if (report.host) return <Where host={report.host} />;
  if (report.user) return <Who user={report.user} />;
  return <>{report.kind === "estate" ? "The whole estate" : "erased"}</>;
}

/** Orders a report about the estate, or what the address names. */
function Order({ onOrder }: { onOrder: () => Promise<void> }) {
  const [hostId, userId] = [parameter("host"), parameter("user")];
  const skip = !hostId && !userId;
  const variables = { hostId, userId, ofHost: hostId !== "", ofUser: userId !== "" };
  const subject = useQuery(ReportSubject, variables, { skip }).data;
  const send = async (data: FormData) => {
    const days = Number(data.get("days"));
    const made = await act(ReportNow, { hostId: hostId || null, userId: userId || null, days });
    if (!made) return false;
    say({ text: "The report is being made; it appears in the list." });
    await onOrder();
    return true;
  };
  const widen = () => {
    setParameter("host", "");
    setParameter("user", "");
  };
  return (
    <section class="card">
      <h2>Make a report</h2>
      <p class="row">
        About {subject?.host
          ? <Where host={subject.host} />
          : subject?.user
          ? <Who user={subject.user} />
          : "the whole estate"}
        {!skip && (
          <button type="button" class="quiet" onClick={widen}>the whole estate instead</button>
        )}
      </p>
      <Form action="Make it" onSend={send}>
        <label>
          Of the latest
          <select name="days">
            {SPANS.map((days) => <option key={days} value={days}>{counted(days, "day")}</option>)}
          </select>
        </label>
      </Form>
      <p class="muted">
        Users are pseudonyms in it. For a user or a host, start from its page.
      </p>
    </section>
  );
}

/** The page. */
export function Reports() {
  const list = usePages(ReportList, { first: 50 }, ({ reports }) => reports);
  const waits = list.rows?.some(({ ready }) => !ready) ?? false;
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => void list.reload(), POLL_MS);
    return () => clearInterval(timer);
  }, [waits]);
  return (
    <>
      <PageHead title="Reports" lead="What is usual, what was not, and how far to believe it." />
      <div class="stack">
        <Order onOrder={list.reload} />
        <Answered query={{ data: list.rows, error: list.error }}>
          {(rows) =>
            rows.length === 0
              ? (
                <Empty title="No report yet">
                  <p>One of the whole estate is made every week by itself.</p>
                </Empty>
              )
              : (
                <Table
                  name="reports"
                  rows={rows}
                  rowKey={({ id }) => id}
                  hasMore={list.hasMore}
                  more={list.more}
                  all={list.all}
                  columns={[
                    { title: "About", cell: (row) => <About report={row} />, csv: about },
                    {
                      title: "From",
                      cell: ({ from }) => <Time at={from} />,
                      csv: ({ from }) => from,
                      wide: true,
                    },
                    { title: "To", cell: ({ to }) => <Time at={to} />, csv: ({ to }) => to },
                    {
                      title: "By",
                      cell: ({ createdBy }) => <bdi>{createdBy}</bdi>,
                      csv: ({ createdBy }) => createdBy,
                      wide: true,
                    },
                    {
                      title: "Made",
                      cell: ({ createdAt }) => <Time at={createdAt} />,
                      csv: ({ createdAt }) => createdAt,
                      wide: true,
                    },
                    {
                      title: "Read",
                      cell: ({ ready, htmlPath }) =>
                        ready
                          ? (
                            <span class="row">
                              <a href={htmlPath} target="_blank">Open</a>
                              <a href={htmlPath.replace(/html$/, "json")} download>JSON</a>
                            </span>
                          )
                          : <span class="badge accent">being made</span>,
                      csv: ({ htmlPath }) => htmlPath,
                    },
                  ]}
                />
              )}
        </Answered>
      </div>
    </>
  );
}
