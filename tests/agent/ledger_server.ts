/**
 * A server that keeps a ledger by the rules of the wire protocol and nothing else: what tests hold
 * the agent's side of exactly-once against.
 */
import { zstdDecompressSync } from "node:zlib";
import { type Batch, decodeBatch, uuidText } from "@/features/wire.ts";

/** What a request is answered with instead of being taken; undefined takes it. */
export type Trouble = (batch: Batch, request: Request) => Response | "lose-answer" | undefined;

/** A ledger with a server in front. */
export class LedgerServer implements AsyncDisposable {
  /** Rows by `host window user`, with how often each was stored. */
  readonly stored = new Map<string, number>();
  /** Values of each row, as text. */
  readonly values = new Map<string, string>();
  /** First rows' order of arrival. */
  readonly order: string[] = [];
  /** Events counted in all rows, requests, and bytes on the wire. */
  events = 0;
  requests = 0;
  bytes = 0;
  trouble: Trouble = () => undefined;
  readonly #ledger = new Map<string, { epoch: string; lastSeq: number }>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor(port = 0) {
    this.#server = Deno.serve({ port, hostname: "127.0.0.1", onListen: () => {} }, (request) => {
      return this.#answer(request);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Forgets a host's last rows, as a server does that was restored from a backup. */
  rewind(host: string, lastSeq: number): void {
    this.#ledger.get(host)!.lastSeq = lastSeq;
  }

  async #answer(request: Request): Promise<Response> {
    this.requests++;
    const body = new Uint8Array(await request.arrayBuffer());
    this.bytes += body.length;
    const batch = decodeBatch(zstdDecompressSync(body));
    const trouble = this.trouble(batch, request);
    if (trouble instanceof Response) return trouble;
    const answer = this.#take(batch);
    if (trouble !== "lose-answer") return answer;
    return new Response(null, { status: 503 });
  }

  #take({ host, epoch, firstSeq, rows }: Batch): Response {
    let ledger = this.#ledger.get(host);
    if (ledger?.epoch !== epoch) this.#ledger.set(host, ledger = { epoch, lastSeq: -1 });
    const next = ledger!.lastSeq + 1;
    if (firstSeq > next) return Response.json({ error: "gap", next }, { status: 409 });
    rows.slice(next - firstSeq).forEach((row) => {
      const key = `${host} ${new Date(row.startMs).toISOString()} ${uuidText(row.user)}`;
      this.stored.set(key, (this.stored.get(key) ?? 0) + 1);
      this.values.set(key, [...row.values].join());
      this.order.push(key);
      this.events += row.events;
    });
    ledger!.lastSeq = Math.max(ledger!.lastSeq, firstSeq + rows.length - 1);
    return Response.json({ acknowledged: ledger!.lastSeq });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
