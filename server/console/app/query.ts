/**
 * Hooks by which pages ask: what was known is shown at once, and asked anew behind it.
 * @module
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { ApiError, ask, comebacks, subscribe } from "./api.ts";
import type { Operation } from "./operation.ts";

/** What a page knows of what it asked. */
export interface Query<Data> {
  readonly data?: Data;
  readonly error?: ApiError;
  /** Asks anew; what is shown stays until the answer is there. */
  readonly reload: () => Promise<void>;
}

const known = new Map<string, unknown>();
const KNOWN = 60;

/** Keeps an answer for when its page is shown again; the oldest makes way. */
function remember(key: string, data: unknown): void {
  known.delete(key);
  known.set(key, data);
  if (known.size > KNOWN) known.delete(known.keys().next().value!);
}

/** Forgets every answer: another person may be signed in now. */
export function forget(): void {
  known.clear();
}

/** Asks an operation, and again when its variables change or the server came back. */
export function useQuery<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  options: { readonly skip?: boolean } = {},
): Query<Data> {
  const key = `${operation.name} ${JSON.stringify(variables)}`;
  const [state, setState] = useState<{ key: string; data?: Data; error?: ApiError }>({ key });
  const abort = useRef<AbortController | undefined>(undefined);
  const reload = useCallback(async () => {
    abort.current?.abort();
    const mine = abort.current = new AbortController();
    try {
      const data = await ask(operation, variables, mine.signal);
      if (mine.signal.aborted) return;
      remember(key, data);
      setState({ key, data });
    } catch (error) {
      if (mine.signal.aborted || !(error instanceof ApiError)) return;
      setState((before) => ({ ...(before.key === key && before), key, error }));
    }
  }, [key]);
  const { value: comeback } = comebacks;
  useEffect(() => {
    if (!options.skip) void reload();
    return () => abort.current?.abort();
  }, [key, comeback, options.skip]);
  const data = state.key === key && state.data !== undefined
    ? state.data
    : known.get(key) as Data | undefined;
  return { data, error: state.key === key ? state.error : undefined, reload };
}

/** A page of a list. */
export interface Connection<Row> {
  readonly edges: readonly { readonly node: Row }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** A list that grows page by page. */
export interface Pages<Data, Row> extends Query<Data> {
  readonly rows?: readonly Row[];
  /** Whether more follows. */
  readonly hasMore: boolean;
  /** Asks for the next page. */
  readonly more: () => Promise<void>;
  /** Every row up to `ALL_ROWS`, for a CSV file. */
  readonly all: () => Promise<readonly Row[]>;
}

/** Most rows of a CSV file. */
const ALL_ROWS = 20_000;

/** Asks for a list; `pick` finds it in the answer. Variables must have `after` and `first`. */
export function usePages<
  Data,
  Row,
  Variables extends { after?: string | null; first?: number | null },
>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  pick: (data: Data) => Connection<Row>,
): Pages<Data, Row> {
  const first = useQuery(operation, variables);
  const [later, setLater] = useState<readonly Connection<Row>[]>([]);
  useEffect(() => setLater([]), [first.data]);
  const head = first.data && pick(first.data);
  const last = later.at(-1) ?? head;
  return {
    ...first,
    rows: head && [head, ...later].flatMap(({ edges }) => edges.map(({ node }) => node)),
    hasMore: last?.pageInfo.hasNextPage ?? false,
    async more() {
      if (!last?.pageInfo.hasNextPage) return;
      const data = await ask(operation, { ...variables, after: last.pageInfo.endCursor });
      setLater([...later, pick(data)]);
    },
    async all() {
      const rows: Row[] = [];
      let after: string | null = null;
      do {
        const { edges, pageInfo }: Connection<Row> = pick(
          await ask(operation, { ...variables, first: 500, after }),
        );
        rows.push(...edges.map(({ node }) => node));
        after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
      } while (after !== null && rows.length < ALL_ROWS);
      return rows;
    },
  };
}

/** Hears of news while the page is shown. */
export function useNews<Data>(
  operation: Operation<Data, Record<string, never>>,
  onNews: (data: Data) => void,
): void {
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    const abort = new AbortController();
    void subscribe(operation, (data) => latest.current(data), abort.signal);
    return () => abort.abort();
  }, [operation]);
}
