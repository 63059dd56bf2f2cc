/**
 * Relay pages by keyset: a cursor holds the sort key of its row, so pages stay right while rows
 * come and go, and page 1,000 costs what page 1 costs.
 * @module
 */
import { badInput } from "./errors.ts";

/** Largest page. */
export const MAX_PAGE = 500;
const DEFAULT_PAGE = 50;

/** Types that a part of a key may have. */
const PART = {
  number: /^-?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,3})?$/i,
  real: /^-?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,3})?$/i,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  moment: /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d{1,6})?(\+00|Z)$/,
  // deno-lint-ignore no-control-regex
  text: /^[^\x00]{0,256}$/u,
} as const;

/** One sort order: its name goes into the cursor, so that a cursor of another order is refused. */
export interface Order {
  /** Name. */
  readonly name: string;
  /** Types of its parts. */
  readonly parts: readonly (keyof typeof PART)[];
  /** The key of a row that does not carry it as text: cheaper, where every part is exact in JS. */
  // deno-lint-ignore no-explicit-any
  readonly keyOf?: (row: any) => readonly string[];
}

/** Arguments that every list takes. */
export interface PageArgs {
  /** How many. */
  readonly first?: number | null;
  /** Cursor of the row before. */
  readonly after?: string | null;
}

/** What a list's SQL needs: the limit (one more than asked, to see if more follow) and the key. */
export interface Page {
  /** Bytes of the checkpoint. */
  readonly size: number;
  /** Rows to fetch. */
  readonly limit: number;
  /** Cursor of the row before. */
  readonly after: readonly (string | null)[];
  /** The order. */
  readonly order: Order;
}

/** A row with its sort key as text, exact to the last digit, unless its order makes the key. */
export interface Keyed {
  /** Sort key. */
  readonly key?: readonly string[];
}

/** Reads the page that is asked for. @throws GraphQLError BAD_USER_INPUT naming what is wrong. */
export function readPage(args: PageArgs, order: Order): Page {
  const size = args.first ?? DEFAULT_PAGE;
  if (size < 0 || size > MAX_PAGE) {
    throw badInput(`first must lie between 0 and ${MAX_PAGE}: current value is ${size}`);
  }
  const after = args.after ? readCursor(args.after, order) : order.parts.map(() => null);
  return { size, limit: size + 1, after, order };
}

function readCursor(cursor: string, order: Order): string[] {
  const parts = decodeCursor(cursor);
  const fits = parts.length === order.parts.length + 1 && parts[0] === order.name &&
    order.parts.every((kind, i) => isPart(kind, parts[i + 1]));
  if (fits) return parts.slice(1) as string[];
  throw badInput(
    "after must be a cursor that this list gave out with the same orderBy: take endCursor of pageInfo",
  );
}

function decodeCursor(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

function isPart(kind: keyof typeof PART, text: unknown): boolean {
  if (typeof text !== "string" || !PART[kind].test(text)) return false;
  if (kind === "number") return isExact(text, Number(text));
  if (kind === "real") return isExact(text, Math.fround(Number(text)));
  return kind !== "moment" || !Number.isNaN(Date.parse(text.replace(" ", "T").replace("+00", "Z")));
}

/** Whether Postgres takes the text for a number: neither too large nor too small for its type. */
function isExact(text: string, value: number): boolean {
  return Number.isFinite(value) && (value !== 0 || !/[1-9]/.test(text.split(/e/i)[0]!));
}

/** A Relay connection as resolvers return it. */
export interface Connection<Row> {
  /** The rows. */
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  /** Where the page lies. */
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** An edge whose cursor is only made when it is asked for. */
class Edge<Row extends Keyed> {
  constructor(readonly node: Row, readonly order: Order) {}
  get cursor(): string {
    const key = this.order.keyOf?.(this.node) ?? this.node.key!;
    return Buffer.from(JSON.stringify([this.order.name, ...key])).toString("base64url");
  }
}

/** Rows of one page (and perhaps one more) as a connection. */
export function connectionOf<Row extends Keyed>(
  rows: readonly Row[],
  page: Page,
): Connection<Row> {
  const edges = rows.slice(0, page.size).map((row) => new Edge(row, page.order));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > page.size,
      hasPreviousPage: page.after[0] !== null,
      get startCursor() {
        return edges[0]?.cursor ?? null;
      },
      get endCursor() {
        return edges.at(-1)?.cursor ?? null;
      },
    },
  };
}
