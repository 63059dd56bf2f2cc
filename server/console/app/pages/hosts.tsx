/**
 * Hosts, ranked by risk, with what stands behind their scores.
 * @module
 */
import { count } from "../format.ts";
import { usePages } from "../query.ts";
import { parameter, setParameter } from "../router.ts";
import { Answered, Empty, PageHead, Risk, Time, Where } from "../ui/parts.tsx";
import { Spark } from "../ui/spark.tsx";
import { type Column, Table } from "../ui/table.tsx";
import { type HostListed, Hosts as HostList } from "./hosts.graphql.ts";

/** What scores a host's windows, in a word. */
export function modelState({ model, history }: Pick<HostListed, "model" | "history">): string {
  if (!model) return `learning, ${count(history?.windows ?? 0)} of ${history?.needed ?? 48}`;
  return model.pooled ? "the fleet's" : "its own";
}

/** Names of the weights that a host may have. */
export const CRITICALITIES: Readonly<Record<number, string>> = {
  0.5: "low",
  1: "normal",
  1.5: "high",
  2: "critical",
};

const columnsFor = (latest: string | null): readonly Column<HostListed>[] => [
  { title: "Host", cell: (host) => <Where host={host} />, csv: ({ name }) => name },
  { title: "Risk", cell: ({ risk }) => <Risk value={risk} />, csv: ({ risk }) => risk },
  {
    title: "Latest 30 days",
    cell: ({ riskReasons }) => <Spark days={riskReasons} latest={latest} />,
    wide: true,
  },
  { title: "Model", cell: modelState, csv: modelState },
  {
    title: "Criticality",
    cell: ({ criticality }) => CRITICALITIES[criticality] ?? criticality,
    csv: ({ criticality }) => criticality,
    wide: true,
  },
  {
    title: "Heard of",
    cell: ({ lastSeen }) => <Time at={lastSeen} relative />,
    csv: ({ lastSeen }) => lastSeen,
  },
];

const ORDERS = { "": "RISK", name: "NAME", seen: "LAST_SEEN" } as const;

/** The page. */
export function Hosts() {
  const order = parameter("order");
  const orderBy = ORDERS[order as keyof typeof ORDERS] ?? "RISK";
  const name = parameter("name");
  const variables = { first: 100, orderBy, nameContains: name || null };
  const list = usePages(HostList, variables, ({ hosts }) => hosts);
  return (
    <>
      <PageHead
        title="Hosts"
        lead="A host's risk is the largest part of a user's that happened there."
      >
        <input
          type="search"
          placeholder="Part of a name"
          aria-label="Part of a host's name"
          value={name}
          onInput={(event) => setParameter("name", event.currentTarget.value)}
        />
        <select
          aria-label="Order"
          value={order}
          onChange={(event) => setParameter("order", event.currentTarget.value)}
        >
          <option value="">Highest risk first</option>
          <option value="name">By name</option>
          <option value="seen">Heard of last, first</option>
        </select>
      </PageHead>
      <Answered query={{ data: list.data && list.rows, error: list.error }}>
        {(rows) =>
          rows.length === 0
            ? (
              <Empty title={name ? "No host has this in its name" : "No hosts yet"}>
                {!name && (
                  <p>
                    Hosts appear with their first hour. See <a href="/">Today</a>.
                  </p>
                )}
              </Empty>
            )
            : (
              <Table
                name="hosts"
                rows={rows}
                columns={columnsFor(list.data!.overview.latest)}
                rowKey={({ id }) => id}
                href={({ id }) => `/hosts/${encodeURIComponent(id)}`}
                hasMore={list.hasMore}
                more={list.more}
                all={list.all}
              />
            )}
      </Answered>
    </>
  );
}
