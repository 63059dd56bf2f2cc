/**
 * What the console asks of the server: GraphQL over POST, news by server-sent events, and who comes
 * in by /auth. A server that does not answer is asked again until it does.
 * @module
 */
import { signal } from "@preact/signals";
import type { Operation } from "./operation.ts";
import type { Person } from "./viewer.ts";

/** Whether the server answered last time it was asked. */
export const reachable = signal(true);
/** Counts how often the server, or its news, came back: what was shown before may be old. */
export const comebacks = signal(0);
/** Whether somebody is signed in; undefined until the server said so. */
export const signedIn = signal<boolean | undefined>(undefined);

/** An answer that is not what was asked for; its message is fit to be shown. */
export class ApiError extends Error {
  /** `code` is for programs: UNREACHABLE, UNAUTHORIZED, FORBIDDEN, BAD_USER_INPUT … */
  constructor(message: string, readonly code: string) {
    super(message);
  }
}

/**
 * A token out of the address's fragment, which the demo prints, becomes this browser's session; the
 * address forgets it.
 */
export function takeToken(): void {
  const token = /^#token=([\w-]+)$/.exec(location.hash)?.[1];
  if (!token) return;
  const [name, secure] = location.protocol === "https:"
    ? ["__Host-habit", "; Secure"]
    : ["habit", ""];
  document.cookie = `${name}=${token}; Path=/; SameSite=Strict${secure}`;
  history.replaceState(null, "", location.pathname + location.search);
}

const HEADERS = { "content-type": "application/json", "x-habit": "console" };

const RETRY_MS = [1_000, 2_000, 4_000, 8_000, 15_000];
let waiting = false;

/** Asks the server whether it is there until it is, then tells everyone who waits. */
async function awaitServer(): Promise<void> {
  reachable.value = false;
  if (waiting) return;
  waiting = true;
  for (let attempt = 0; !reachable.value; attempt++) {
    const pause = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)]!;
    await new Promise((resolve) => setTimeout(resolve, pause));
    const response = await fetch("/healthz").catch(() => undefined);
    if (!response?.ok) continue;
    reachable.value = true;
    comebacks.value++;
  }
  waiting = false;
}

async function post(path: string, content: unknown, init: RequestInit = {}): Promise<Response> {
  try {
    const response = await fetch(path, {
      method: "POST",
      body: JSON.stringify(content),
      ...init,
      headers: { ...HEADERS, ...init.headers },
    });
    if (response.status < 502 || response.status > 504) return response;
  } catch (error) {
    if (init.signal?.aborted) throw error;
  }
  void awaitServer();
  throw new ApiError("The server does not answer.", "UNREACHABLE");
}

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly {
    readonly message: string;
    readonly extensions?: { readonly code?: string };
  }[];
  readonly message?: string;
}

function dataOf<Data>(answer: Answer<Data>, status: number): Data {
  const [error] = answer.errors ?? [];
  if (error) throw new ApiError(error.message, error.extensions?.code ?? "UNKNOWN");
  if (answer.data) return answer.data;
  throw new ApiError(answer.message ?? `The server answered ${status}.`, "UNKNOWN");
}

/** The body as JSON; a session that is over sends to the sign-in page. */
async function read<Data>(response: Response): Promise<Answer<Data>> {
  const answer = await response.json().catch(() => ({})) as Answer<Data>;
  if (response.status !== 401) return answer;
  signedIn.value = false;
  throw new ApiError(answer.message ?? "Sign in first.", "UNAUTHORIZED");
}

/** Who is here, and what the sign-in page needs to know. */
export interface Entrance {
  readonly viewer: Person | null;
  /** Whether nobody has an account yet. */
  readonly first: boolean;
  /** Whether sign-in by OpenID Connect is set up. */
  readonly oidc: boolean;
}

/** Asks who is here, and sets {@link signedIn}; undefined while the server does not answer. */
export async function entrance(): Promise<Entrance | undefined> {
  const response = await fetch("/auth/entrance").catch(() => undefined);
  if (!response?.ok) return void awaitServer();
  const answer = await response.json() as Entrance;
  signedIn.value = answer.viewer !== null;
  return answer;
}

/** An operation as it is sent: by the hash of its text, which the server knows. */
function body<Data, Variables>({ name, hash }: Operation<Data, Variables>, variables: Variables) {
  const persistedQuery = { version: 1, sha256Hash: hash };
  return { operationName: name, variables, extensions: { persistedQuery } };
}

/** Asks one operation. @throws ApiError with a message fit to be shown. */
export async function ask<Data, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
  abort?: AbortSignal,
): Promise<Data> {
  const response = await post("/graphql", body(operation, variables), { signal: abort });
  return dataOf(await read<Data>(response), response.status);
}

/** Signs in, out, or makes the first administrator. @throws ApiError saying what was wrong. */
export async function enter(path: "first" | "sign-in" | "sign-out", body: unknown): Promise<void> {
  const response = await post(`/auth/${path}`, body);
  const { message } = await response.json().catch(() => ({}));
  if (!response.ok) throw new ApiError(message ?? "That did not work.", "REFUSED");
  signedIn.value = undefined;
}

/** The data of each event of a stream of server-sent events. */
async function* events(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of stream) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split("\n\n");
    rest = blocks.pop()!;
    for (const block of blocks) {
      const lines = block.split("\n").filter((line) => line.startsWith("data:"));
      const data = lines.map((line) => line.slice(5).trim()).join("\n");
      if (data) yield data;
    }
  }
}

/** Hears of news until aborted; comes back by itself after the server did. */
export async function subscribe<Data>(
  operation: Operation<Data, Record<string, never>>,
  onNews: (data: Data) => void,
  abort: AbortSignal,
): Promise<void> {
  for (let times = 0; !abort.aborted; times++) {
    const since = performance.now();
    try {
      const accept = { accept: "text/event-stream" };
      const response = await post("/graphql", body(operation, {}), {
        signal: abort,
        headers: accept,
      });
      if (!response.ok) await read(response);
      if (times > 0) comebacks.value++; // nobody knows what was missed
      for await (const data of events(response.body!)) {
        const answer = JSON.parse(data) as Answer<Data>;
        if (answer.data) onNews(answer.data);
      }
      // The server ends each from time to time, to look anew who may hear.
      if (performance.now() - since > RETRY_MS[2]!) continue;
    } catch (error) {
      if (error instanceof ApiError && error.code === "UNAUTHORIZED") return;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS[1]));
  }
}
