/**
 * Agents: who reports, how far behind, what is missing, and which version.
 * @module
 */
import { act } from "../act.tsx";
import { counted } from "../format.ts";
import { useNews, usePages } from "../query.ts";
import { Answered, Empty, PageHead, Time, Where } from "../ui/parts.tsx";
import { Table } from "../ui/table.tsx";
import { useMay } from "../viewer.ts";
import {
  AgentChanged,
  type AgentListed,
  Agents as AgentList,
  RevokeAgent,
} from "./agents.graphql.ts";
import { NothingEnrolled } from "./states.tsx";

const HOUR_MS = 3_600_000;
/** An agent reports at least hourly; after two hours something keeps it. */
const SILENT_MS = 2 * HOUR_MS;

/** Whether an agent is heard of. */
export function health({ lastSeen }: Pick<AgentListed, "lastSeen">, nowMs: number): string {
  if (!lastSeen) return "never heard of";
  return nowMs - Date.parse(lastSeen) > SILENT_MS ? "silent" : "reports";
}

/** Hours that are missing between the first and the last of a host's latest week. */
export function gaps({ host }: Pick<AgentListed, "host">): number {
  return host?.recent ? host.recent.span - host.recent.hours : 0;
}

/** The highest version that any agent reports; others are behind. */
export function newest(agents: readonly Pick<AgentListed, "version">[]): string {
  const order = new Intl.Collator("en", { numeric: true });
  return agents.map(({ version }) => version).sort(order.compare).at(-1) ?? "";
}

/** The page. */
export function Agents() {
  const list = usePages(AgentList, { first: 100 }, ({ agents }) => agents);
  useNews(AgentChanged, () => void list.reload());
  const mayManage = useMay("accounts");
  const now = Date.now();
  const revoke = async ({ id, hostName }: AgentListed) => {
    const reason = prompt(`Why is the agent of ${hostName} refused from now on?`);
    if (reason && await act(RevokeAgent, { agentId: id, reason })) await list.reload();
  };
  const silent = list.rows?.filter((row) => health(row, now) !== "reports").length ?? 0;
  const latest = newest(list.rows ?? []);
  return (
    <>
      <PageHead
        title="Agents"
        lead={list.rows && list.rows.length > 0 &&
          `${counted(list.rows.length, "agent")}, ${
            silent === 0 ? "all report" : `${silent} silent`
          }`}
      >
        {mayManage && <a class="button" href="/settings?part=enrolment">Enrol hosts</a>}
      </PageHead>
      <Answered query={{ data: list.rows, error: list.error }}>
        {(rows) =>
          rows.length === 0
            ? list.error ? <Empty title="No agents" /> : <NothingEnrolled />
            : (
              <Table
                name="agents"
                rows={rows}
                rowKey={({ id }) => id}
                hasMore={list.hasMore}
                more={list.more}
                all={list.all}
                columns={[
                  {
                    title: "Host",
                    cell: ({ host, hostName }) =>
                      host ? <Where host={host} /> : <bdi>{hostName}</bdi>,
                    csv: ({ hostName }) => hostName,
                  },
                  {
                    title: "Health",
                    cell: (row) => {
                      const word = health(row, now);
                      return (
                        <span class={word === "reports" ? "badge good" : "badge middle"}>
                          {word}
                        </span>
                      );
                    },
                    csv: (row) => health(row, now),
                  },
                  {
                    title: "Heard of",
                    cell: ({ lastSeen }) => lastSeen && <Time at={lastSeen} relative />,
                    csv: ({ lastSeen }) => lastSeen ?? "",
                  },
                  {
                    title: "Latest hour sent",
                    cell: ({ host }) => host?.recent?.latest && <Time at={host.recent.latest} />,
                    csv: ({ host }) => host?.recent?.latest ?? "",
                    wide: true,
                  },
                  {
                    title: "Gaps in its week",
                    numeric: true,
                    cell: (row) => gaps(row) === 0 ? "none" : counted(gaps(row), "hour"),
                    csv: gaps,
                  },
                  {
                    title: "Version",
                    cell: ({ version }) => (
                      <>
                        <bdi>{version}</bdi>
                        {version !== latest && <span class="badge middle">behind</span>}
                      </>
                    ),
                    csv: ({ version }) => version,
                    wide: true,
                  },
                  {
                    title: "Kind",
                    cell: ({ collector }) => collector ? "collector" : "host",
                    csv: ({ collector }) => collector ? "collector" : "host",
                    wide: true,
                  },
                  {
                    title: "End",
                    cell: (row) =>
                      mayManage && (
                        <button
                          type="button"
                          class="danger"
                          onClick={() => void revoke(row)}
                        >
                          Revoke
                        </button>
                      ),
                  },
                ]}
              />
            )}
      </Answered>
    </>
  );
}
