/**
 * An engine that trains host by host on a kernel, on the calling thread or on Workers.
 * @module
 */
import type {
  Engine,
  LossPoint,
  Net,
  TrainingJob,
  TrainingOptions,
  TrainingResult,
} from "@/models/engine.ts";
import { ForwardKernel } from "./forward.ts";
import { trainHost } from "./host.ts";
import type { Kernel } from "./kernel.ts";
import { createKernel, type KernelName } from "./kernels.ts";
import { WorkerPool } from "./pool.ts";

/** Taken one by one. */
export type Jobs = Iterable<TrainingJob> | AsyncIterable<TrainingJob>;

/** `reference`, `fused` and `fused-native`. */
export class KernelEngine implements Engine {
  readonly #forward: ForwardKernel;

  /** With 0 Workers training happens on the calling thread, in turns with its other work. */
  constructor(readonly name: KernelName, readonly workers: number) {
    this.#forward = new ForwardKernel(createKernel(name));
  }

  /** See {@link Engine.train}. */
  train(jobs: Jobs, options: TrainingOptions = {}): AsyncGenerator<TrainingResult, void> {
    return this.workers === 0
      ? trainHere(createKernel(this.name), jobs, options)
      : trainOnWorkers(this.name, this.workers, jobs, options);
  }

  forward(net: Net, rows: Float32Array, layers: readonly number[]): Promise<Float32Array[]> {
    return Promise.resolve(this.#forward.run(net, rows, layers));
  }

  /** Nothing stays open between calls. */
  async [Symbol.asyncDispose]() {}
}

async function* trainHere(
  kernel: Kernel,
  jobs: Jobs,
  { signal, onProgress }: TrainingOptions,
): AsyncGenerator<TrainingResult, void> {
  for await (const job of jobs) {
    const training = trainHost(kernel, job);
    let next = training.next();
    while (!next.done) {
      onProgress?.(job.id, next.value, job.recipe.steps);
      await new Promise((resolve) => setTimeout(resolve)); // lets timers, sockets and aborts in
      signal?.throwIfAborted();
      next = training.next();
    }
    yield next.value;
  }
}

async function* trainOnWorkers(
  name: KernelName,
  workers: number,
  jobs: Jobs,
  { signal, onProgress }: TrainingOptions,
): AsyncGenerator<TrainingResult, void> {
  using pool = new WorkerPool(name, workers, (job, point: LossPoint) => {
    onProgress?.(job.id, point, job.recipe.steps);
  });
  const aborted = rejectOnAbort(signal);
  const running = new Map<TrainingJob, Promise<readonly [TrainingJob, TrainingResult]>>();
  for await (const job of jobs) {
    signal?.throwIfAborted();
    running.set(job, pool.run(job).then((result) => [job, result] as const));
    if (running.size >= pool.capacity) yield await nextOf(running, aborted);
  }
  while (running.size > 0) yield await nextOf(running, aborted);
}

async function nextOf(
  running: Map<TrainingJob, Promise<readonly [TrainingJob, TrainingResult]>>,
  aborted: Promise<never>,
): Promise<TrainingResult> {
  const [job, result] = await Promise.race([...running.values(), aborted]);
  running.delete(job);
  return result;
}

/** Rejects with the signal's reason once it aborts, and is never an unhandled rejection. */
function rejectOnAbort(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  if (signal?.aborted) reject(signal.reason);
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  return promise;
}
