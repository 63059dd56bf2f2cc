/**
 * Spreads hosts over Workers, one a core. A host's bits do not depend on which Worker had it.
 * @module
 */
import type { LossPoint, TrainingJob, TrainingResult } from "@/models/engine.ts";
import type { KernelName } from "./kernels.ts";
import type { Answer, Order } from "./worker.ts";

/** One trains while the other's rows are on their way, so no Worker waits for its caller. */
const JOBS_AHEAD = 2;

interface Ticket {
  readonly job: TrainingJob;
  readonly worker: number;
  readonly resolve: (result: TrainingResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Workers of one call of `train`, which end with it. */
export class WorkerPool implements Disposable {
  readonly #workers: Worker[] = [];
  readonly #pending: number[] = [];
  readonly #tickets = new Map<number, Ticket>();
  #issued = 0;

  /** Workers start as jobs need them, up to `size`. */
  constructor(
    readonly engine: KernelName,
    readonly size: number,
    readonly onProgress: (job: TrainingJob, point: LossPoint) => void,
  ) {}

  /** Jobs that may be under way at once. */
  get capacity(): number {
    return this.size * JOBS_AHEAD;
  }

  /** Sends a job to the Worker with the least to do. */
  run(job: TrainingJob): Promise<TrainingResult> {
    const worker = this.#leastBusy();
    const ticket = ++this.#issued;
    return new Promise((resolve, reject) => {
      this.#tickets.set(ticket, { job, worker, resolve, reject });
      this.#pending[worker]++;
      const order: Order = { engine: this.engine, ticket, job: sendable(job) };
      this.#workers[worker].postMessage(order);
    });
  }

  #leastBusy(): number {
    const idle = this.#pending.indexOf(0);
    if (idle >= 0) return idle;
    if (this.#workers.length < this.size) return this.#start();
    return this.#pending.indexOf(Math.min(...this.#pending));
  }

  #start(): number {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Answer>) => this.#answer(data);
    worker.onerror = (event) => {
      event.preventDefault();
      const error = new Error(`A Worker of engine "${this.engine}" failed: ${event.message}`);
      for (const { reject } of this.#tickets.values()) reject(error);
    };
    this.#pending.push(0);
    return this.#workers.push(worker) - 1;
  }

  #answer({ ticket, point, result, error }: Answer) {
    const { job, worker, resolve, reject } = this.#tickets.get(ticket)!;
    if (point) return this.onProgress(job, point);
    this.#tickets.delete(ticket);
    this.#pending[worker]--;
    if (result) resolve(result);
    else reject(new Error(`Training of "${job.id}" failed: ${error}`));
  }

  /** Ends the Workers, whatever they do. */
  [Symbol.dispose](): void {
    for (const worker of this.#workers) worker.terminate();
  }
}

/** A message copies the whole buffer behind a view, so a part of one is cut out first. */
function sendable(job: TrainingJob): TrainingJob {
  const { rows, heldOut } = job;
  return { ...job, rows: whole(rows), ...(heldOut && { heldOut: whole(heldOut) }) };
}

function whole(values: Float32Array): Float32Array {
  const shared = values.buffer instanceof SharedArrayBuffer;
  return shared || values.byteLength === values.buffer.byteLength ? values : values.slice();
}
