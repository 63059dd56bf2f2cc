/**
 * The strangest windows, asked of the server over GraphQL as any analyst's program would.
 * @module
 */

/** The strangest window of a user's day on a host. */
export interface Anomaly {
  readonly start: string;
  /** Starts of all windows of that day that are among the strangest, this one first. */
  readonly hours: readonly string[];
  readonly host: string;
  readonly pseudonym: string;
  /** The account's name, unmasked with a reason and on record; "" for the host itself. */
  readonly name: string;
  readonly entityClass: string;
  readonly score: number;
  readonly p: number;
  readonly confidence: number;
  /** Why, in words. */
  readonly explanation: string;
  /** Columns that contribute most. */
  readonly columns: readonly string[];
}

/** How many windows are asked for: the table shows the first days, the comparison uses all. */
const FIRST = 100;
const PAGES = 5;
/** Names that are unmasked for the table. */
const NAMED = 20;

const ANOMALIES = `query ($first: Int!, $after: String, $from: DateTime) {
  anomalies(first: $first, after: $after, from: $from) {
    pageInfo { hasNextPage endCursor }
    edges { node {
      start score p confidence entityClass hostName pseudonym explanation
      user { id } contributions { feature { name } }
    } }
  }
}`;
const UNMASK = `mutation ($userId: ID!, $reason: String!) {
  unmaskUser(userId: $userId, reason: $reason) { request { name } }
}`;

interface Node {
  readonly start: string;
  readonly score: number;
  readonly p: number;
  readonly confidence: number;
  readonly entityClass: string;
  readonly hostName: string;
  readonly pseudonym: string;
  readonly explanation: string;
  readonly user: { readonly id: string } | null;
  readonly contributions: readonly { readonly feature: { readonly name: string } }[];
}

interface Page {
  readonly anomalies: {
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
    readonly edges: readonly { readonly node: Node }[];
  };
}

interface Unmasked {
  readonly unmaskUser: { readonly request: { readonly name: string | null } | null };
}

/** Asks the server over GraphQL; throws with its first error where it gives no data. */
export async function ask<T>(
  url: string,
  token: string,
  query: string,
  variables: unknown,
): Promise<T> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors, message } = await response.json();
  if (!data) throw new Error(`Cannot ask ${url}: ${errors?.[0]?.message ?? message}`);
  return data;
}

const isMachine = ({ entityClass }: { readonly entityClass: string }) =>
  entityClass.toLowerCase() === "machine";

/** The strangest days since `from`, strangest first; names are known of the first twenty. */
export async function listAnomalies(
  url: string,
  token: string,
  from?: string,
): Promise<Anomaly[]> {
  const nodes: Node[] = [];
  let after: string | null = null;
  for (let page = 0; page < PAGES; page++) {
    const { anomalies }: Page = await ask<Page>(url, token, ANOMALIES, {
      first: FIRST,
      after,
      from,
    });
    nodes.push(...anomalies.edges.map(({ node }) => node));
    if (!anomalies.pageInfo.hasNextPage) break;
    after = anomalies.pageInfo.endCursor;
  }
  const days = [
    ...Map.groupBy(nodes, (node) => `${node.hostName} ${node.pseudonym} ${node.start.slice(0, 10)}`)
      .values(),
  ];
  const names = new Map<string, string>();
  for (const [{ user, entityClass }] of days.slice(0, NAMED)) {
    if (!user || isMachine({ entityClass }) || names.has(user.id)) continue;
    const reason = "The demo shows the names of its own machine's logs.";
    const { unmaskUser } = await ask<Unmasked>(url, token, UNMASK, { userId: user.id, reason });
    if (unmaskUser.request?.name) names.set(user.id, unmaskUser.request.name);
  }
  return days.map(([node, ...others]) => ({
    start: node.start,
    hours: [node, ...others].map(({ start }) => start),
    host: node.hostName,
    pseudonym: node.pseudonym,
    name: names.get(node.user?.id ?? "") ??
      (isMachine(node) ? "" : node.pseudonym.slice(0, 8)),
    entityClass: node.entityClass.toLowerCase(),
    score: node.score,
    p: node.p,
    confidence: node.confidence,
    explanation: node.explanation,
    columns: node.contributions.map(({ feature }) => feature.name),
  }));
}
