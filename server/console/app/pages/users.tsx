/**
 * Users across hosts, ranked by risk.
 * @module
 */
import { count } from "../format.ts";
import { usePages } from "../query.ts";
import { parameter, setParameter } from "../router.ts";
import { Answered, Empty, KINDS, PageHead, Risk, Time, Who } from "../ui/parts.tsx";
import { Spark } from "../ui/spark.tsx";
import { type Column, Table } from "../ui/table.tsx";
import { type UserListed, Users as UserList, type UsersVariables } from "./users.graphql.ts";

type Kind = keyof typeof KINDS;

const columnsFor = (latest: string | null): readonly Column<UserListed>[] => [
  { title: "User", cell: (user) => <Who user={user} />, csv: ({ pseudonym }) => pseudonym },
  {
    title: "Kind",
    cell: ({ entityClass }) => KINDS[entityClass],
    csv: ({ entityClass }) => entityClass,
  },
  { title: "Risk", cell: ({ risk }) => <Risk value={risk} />, csv: ({ risk }) => risk },
  {
    title: "Latest 30 days",
    cell: ({ riskReasons }) => <Spark days={riskReasons} latest={latest} />,
    wide: true,
  },
  {
    title: "Hosts",
    cell: ({ hostCount }) => count(hostCount),
    csv: ({ hostCount }) => hostCount,
    numeric: true,
    wide: true,
  },
  {
    title: "Last seen",
    cell: ({ lastSeen }) => <Time at={lastSeen} />,
    csv: ({ lastSeen }) => lastSeen,
  },
];

/** The page. */
export function Users() {
  const kind = parameter("kind");
  const order = parameter("order") === "seen" ? "LAST_SEEN" : "RISK";
  const variables: UsersVariables = {
    first: 100,
    orderBy: order,
    entityClass: kind in KINDS ? kind as Kind : null,
  };
  const list = usePages(UserList, variables, ({ users }) => users);
  return (
    <>
      <PageHead title="Users" lead="Pseudonyms are the same on every host. Risk is 0 to 100.">
        <select
          aria-label="Kind of account"
          value={kind}
          onChange={(event) => setParameter("kind", event.currentTarget.value)}
        >
          <option value="">Every kind</option>
          {Object.entries(KINDS).map(([value, title]) => (
            <option key={value} value={value}>{title}</option>
          ))}
        </select>
        <select
          aria-label="Order"
          value={order === "RISK" ? "" : "seen"}
          onChange={(event) => setParameter("order", event.currentTarget.value)}
        >
          <option value="">Highest risk first</option>
          <option value="seen">Seen last, first</option>
        </select>
      </PageHead>
      <Answered query={{ data: list.data && list.rows, error: list.error }}>
        {(rows) =>
          rows.length === 0
            ? (
              <Empty title="No users yet">
                <p>Users appear once their first hours have a score.</p>
              </Empty>
            )
            : (
              <Table
                name="users"
                rows={rows}
                columns={columnsFor(list.data!.overview.latest)}
                rowKey={({ id }) => id}
                href={({ id }) => `/users/${encodeURIComponent(id)}`}
                hasMore={list.hasMore}
                more={list.more}
                all={list.all}
              />
            )}
      </Answered>
    </>
  );
}
