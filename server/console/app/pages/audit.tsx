/**
 * The audit log: who did what, when.
 * @module
 */
import { usePages } from "../query.ts";
import { parameter, setParameter } from "../router.ts";
import { Answered, Empty, PageHead, Time } from "../ui/parts.tsx";
import { Table } from "../ui/table.tsx";
import { Audit as AuditLog } from "./audit.graphql.ts";

const SUBJECTS: Readonly<Record<string, string>> = {
  User: "/users/",
  Host: "/hosts/",
  Alert: "/?alert=",
};

/** The kind in a global id, and the page of it where there is one; ids are base64 of Kind:local. */
export function subjectLink(subject: string): { kind: string; href?: string } {
  try {
    const [kind = ""] = atob(subject).split(":");
    const page = SUBJECTS[kind];
    return { kind, href: page && page + encodeURIComponent(subject) };
  } catch {
    return { kind: subject };
  }
}

function Subject({ subject }: { subject: string }) {
  if (!subject) return null;
  const { kind, href } = subjectLink(subject);
  return href ? <a href={href}>{kind}</a> : <span title={subject}>{kind}</span>;
}

/** How, as `name: value` pairs. */
export function detailText(details: unknown): string {
  if (typeof details !== "object" || details === null) return "";
  return Object.entries(details).filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}

/** The page. */
export function Audit() {
  const action = parameter("action");
  const list = usePages(AuditLog, { first: 100, action: action || null }, ({ audit }) => audit);
  return (
    <>
      <PageHead title="Audit" lead="Everything that people did, latest first.">
        <input
          type="search"
          placeholder="Action, as unmaskUser"
          aria-label="Only this action"
          defaultValue={action}
          onChange={(event) => setParameter("action", event.currentTarget.value.trim())}
        />
      </PageHead>
      <Answered query={{ data: list.rows, error: list.error }}>
        {(rows) =>
          rows.length === 0
            ? <Empty title={action ? `Nobody did ${action}` : "Nothing yet"} />
            : (
              <Table
                name="entries"
                rows={rows}
                rowKey={({ id }) => id}
                hasMore={list.hasMore}
                more={list.more}
                all={list.all}
                columns={[
                  { title: "When", cell: ({ at }) => <Time at={at} />, csv: ({ at }) => at },
                  {
                    title: "Who",
                    cell: ({ actor }) => <bdi>{actor}</bdi>,
                    csv: ({ actor }) => actor,
                  },
                  { title: "What", cell: ({ action }) => action, csv: ({ action }) => action },
                  {
                    title: "To",
                    cell: ({ subject }) => <Subject subject={subject} />,
                    csv: ({ subject }) => subject,
                  },
                  {
                    title: "How",
                    cell: ({ details }) => <bdi class="muted">{detailText(details)}</bdi>,
                    csv: ({ details }) => detailText(details),
                    wide: true,
                  },
                ]}
              />
            )}
      </Answered>
    </>
  );
}
