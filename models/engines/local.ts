/**
 * An engine on the calling thread: one host after the other on one kernel.
 * @module
 */
import type {
  Engine,
  EngineName,
  Net,
  TrainingJob,
  TrainingOptions,
  TrainingResult,
} from "@/models/engine.ts";
import { forwardOn } from "./forward.ts";
import { trainHost } from "./host.ts";
import type { Kernel } from "./kernel.ts";

/** Trains without Workers; between two looks at a loss it lets other work and aborts in. */
export class LocalEngine implements Engine {
  constructor(readonly name: EngineName, readonly kernel: Kernel) {}

  async *train(
    jobs: Iterable<TrainingJob> | AsyncIterable<TrainingJob>,
    { signal, onProgress }: TrainingOptions = {},
  ): AsyncGenerator<TrainingResult, void> {
    for await (const job of jobs) {
      const training = trainHost(this.kernel, job);
      let next = training.next();
      while (!next.done) {
        onProgress?.(job.id, next.value, job.recipe.steps);
        await new Promise((resolve) => setTimeout(resolve));
        signal?.throwIfAborted();
        next = training.next();
      }
      yield next.value;
    }
  }

  forward(net: Net, rows: Float32Array, layers: readonly number[]): Promise<Float32Array[]> {
    return Promise.resolve(forwardOn(this.kernel, net, rows, layers));
  }

  async [Symbol.asyncDispose]() {}
}
