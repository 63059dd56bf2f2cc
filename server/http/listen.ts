/**
 * One listener for a handler of fetch requests. Plain HTTP goes by `node:http`, which keeps an open
 * event stream at a third of the memory that `Deno.serve` takes for it; TLS by `Deno.serve`, as
 * browsers open six connections to a server at most, and only HTTP/2 shares one among their tabs.
 * @module
 */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { HttpError } from "@/server/http/responses.ts";

/** Who is at the other end. */
export interface ConnectionInfo {
  /** Of the socket: a proxy's, where there is one. */
  readonly remoteAddr: { readonly hostname: string };
}

/** Where to listen. */
export interface Address {
  /** 0 takes any free port. */
  readonly port: number;
  /** Address to listen on. */
  readonly hostname: string;
  /** PEM texts. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** Answers every request; never throws. */
export type Answer = (request: Request, info: ConnectionInfo) => Promise<Response>;

/** What listens. */
export interface Listener {
  /** The port. */
  readonly port: number;
  /** Takes no more requests, and waits some seconds for those that run. */
  close(): Promise<void>;
}

/** A connection without a request is closed after this: longer than proxies keep theirs. */
const IDLE_MS = 75_000;

/** A request that still runs so long after the end was asked for is cut off. */
const PATIENCE_MS = 10_000;

/** Listens. @throws Error that says what to do where the port is in use. */
export async function listen(address: Address, answer: Answer): Promise<Listener> {
  try {
    return address.tls ? listenTls(address, answer) : await listenPlain(address, answer);
  } catch (error) {
    const { code } = error as { code?: string };
    if (!(error instanceof Deno.errors.AddrInUse) && code !== "EADDRINUSE") throw error;
    const { port, hostname } = address;
    throw new Error(
      `Port ${port} on ${hostname} is in use: end what uses it, or choose another with --port.`,
      { cause: error },
    );
  }
}

function listenTls({ port, hostname, tls }: Address, answer: Answer): Listener {
  const cutOff = new AbortController();
  const server = Deno.serve(
    { port, hostname, ...tls, signal: cutOff.signal, onListen() {} },
    answer,
  );
  return {
    port: server.addr.port,
    async close() {
      const patience = setTimeout(() => cutOff.abort(), PATIENCE_MS);
      await server.shutdown();
      clearTimeout(patience);
    },
  };
}

async function listenPlain({ port, hostname }: Address, answer: Answer): Promise<Listener> {
  const busy = new Map<Socket, number>();
  const server = createServer((incoming, outgoing) => {
    const { socket } = incoming;
    busy.set(socket, busy.get(socket)! + 1);
    outgoing.once("close", () => {
      busy.set(socket, busy.get(socket)! - 1);
      if (!server.listening && busy.get(socket) === 0) socket.destroy();
    });
    exchange(incoming, outgoing, answer);
  });
  // A browser connects before it has a question: node counts such a connection as busy.
  server.on("connection", (socket) => {
    busy.set(socket, 0);
    socket.once("close", () => busy.delete(socket));
  });
  server.keepAliveTimeout = IDLE_MS;
  server.listen(port, hostname);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const [socket, requests] of busy) if (requests === 0) socket.destroy();
      const patience = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
      await closed;
      clearTimeout(patience);
    },
  };
}

/** Keeps nothing of the exchange but the stream, which may stay open for an hour. */
function exchange(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): void {
  Promise.resolve(respond(incoming, answer))
    .then((response) => send(response, outgoing))
    .then((open) => open && pump(open, outgoing))
    .catch(() => outgoing.destroy()); // whoever asked is gone
}

function respond(incoming: IncomingMessage, answer: Answer): Promise<Response> | Response {
  try {
    const hostname = incoming.socket.remoteAddress ?? "";
    return answer(requestOf(incoming), { remoteAddr: { hostname } });
  } catch {
    return new HttpError(400, "bad-request", "This is no request that HTTP knows.").response();
  }
}

/** @throws TypeError where method, address or headers are none. */
function requestOf(incoming: IncomingMessage): Request {
  const { method, url = "", headers } = incoming;
  const address = url.startsWith("/") ? `http://${headers.host ?? "localhost"}${url}` : url;
  const body = method === "GET" || method === "HEAD" ? undefined : ReadableStream.from(incoming);
  return new Request(address, { method, headers: headers as Record<string, string>, body });
}

/** Sends an answer that comes in one piece; otherwise its head, and returns what goes on. */
async function send(
  response: Response,
  outgoing: ServerResponse,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const head = [...response.headers].flat();
  if (!response.body) outgoing.writeHead(response.status, head).end();
  else if (goesOn(response)) {
    outgoing.writeHead(response.status, head);
    return response.body;
  } else {
    const bytes = new Uint8Array(await response.arrayBuffer());
    head.push("content-length", String(bytes.length));
    outgoing.writeHead(response.status, head).end(bytes);
  }
}

async function pump(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const gone = () => void reader.cancel().catch(() => {});
  outgoing.on("close", gone);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (!outgoing.write(value)) await once(outgoing, "drain");
  }
  outgoing.off("close", gone).end();
}

/** Whether the answer is told as it happens, rather than in one piece. */
function goesOn({ headers }: Response): boolean {
  return /^(text\/event-stream|multipart\/mixed)/.test(headers.get("content-type") ?? "");
}
