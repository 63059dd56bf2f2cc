/**
 * The strangest windows, asked of the server over GraphQL as any analyst's program would, and what
 * is alike among them brought together.
 * @module
 */
import { REPEAT_DAYS } from "@/models/repeats.ts";

/** A window's place. */
export interface Place {
  readonly host: string;
  readonly start: string;
}

/** The strangest of windows that are alike. */
export interface Anomaly extends Place {
  /** All of them, this one first. */
  readonly windows: readonly Place[];
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

/** How many windows are asked for: the table shows the first findings, the comparison uses all. */
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

const DAY_MS = 86_400_000;

/**
 * Whether two windows, led by the same column, tell of one thing: what an account does within a
 * week, wherever; what hosts have themselves within a day, as a rollout reaches many.
 */
function isAlike(a: Node, b: Node): boolean {
  const apartMs = Math.abs(Date.parse(a.start) - Date.parse(b.start));
  const isOneThing = isMachine(a)
    ? isMachine(b) && apartMs <= DAY_MS
    : a.pseudonym === b.pseudonym && apartMs <= REPEAT_DAYS * DAY_MS;
  return isOneThing && a.contributions[0]?.feature.name === b.contributions[0]?.feature.name;
}

/** The strangest findings since `from`, strangest first; names are known of the first twenty. */
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
  const findings: Node[][] = [];
  for (const node of nodes) {
    const finding = findings.find(([first]) => isAlike(first, node));
    if (finding) finding.push(node);
    else findings.push([node]);
  }
  const names = new Map<string, string>();
  for (const [{ user, entityClass }] of findings.slice(0, NAMED)) {
    if (!user || isMachine({ entityClass }) || names.has(user.id)) continue;
    const reason = "The demo shows the names of its own machine's logs.";
    const { unmaskUser } = await ask<Unmasked>(url, token, UNMASK, { userId: user.id, reason });
    if (unmaskUser.request?.name) names.set(user.id, unmaskUser.request.name);
  }
  return findings.map(([node, ...others]) => ({
    start: node.start,
    host: node.hostName,
    windows: [node, ...others].map(({ hostName, start }) => ({ host: hostName, start })),
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
