/**
 * The `tensorflow` and `webgpu` engines: hosts with the same recipe train as one stack.
 * @module
 */
import type {
  AutoencoderRecipe,
  Engine,
  EngineName,
  GanRecipe,
  LossPoint,
  Net,
  TrainingJob,
  TrainingOptions,
  TrainingResult,
} from "@/models/engine.ts";
import { fillGaps } from "@/models/engines/batches.ts";
import { checkLayers } from "@/models/engines/forward.ts";
import { checkedTables, refused } from "@/models/engines/host.ts";
import { type Checked, type Report, trainAutoencoders } from "./autoencoder.ts";
import { trainGans } from "./gan.ts";
import { type Backend, type Loaded, loadTensorflow } from "./library.ts";
import { Stack } from "./stack.ts";

/** Hosts in a stack: more no longer helps, and memory grows with them. */
const STACK_HOSTS = 64;
const FORWARD_ROWS = 4096;

interface Group {
  readonly recipe: AutoencoderRecipe | GanRecipe;
  readonly jobs: Checked[];
}

/** Opens TensorFlow.js on a backend; see {@link loadTensorflow} for when that fails. */
export async function openTensorflow(name: EngineName, backend: Backend): Promise<Engine> {
  return new TensorflowEngine(name, await loadTensorflow(backend));
}

class TensorflowEngine implements Engine {
  constructor(readonly name: EngineName, readonly loaded: Loaded) {}

  async *train(
    jobs: Iterable<TrainingJob> | AsyncIterable<TrainingJob>,
    options: TrainingOptions = {},
  ): AsyncGenerator<TrainingResult, void> {
    const groups = new Map<string, Group>();
    for await (const job of jobs) {
      const checked = check(job);
      if ("outcome" in checked) {
        yield checked;
        continue;
      }
      const key = JSON.stringify(job.recipe);
      const group = groups.get(key) ?? { recipe: job.recipe, jobs: [] };
      groups.set(key, group);
      group.jobs.push(checked);
      if (group.jobs.length < STACK_HOSTS) continue;
      groups.delete(key);
      yield* await this.#trainGroup(group, options);
    }
    for (const group of groups.values()) yield* await this.#trainGroup(group, options);
  }

  #trainGroup({ recipe, jobs }: Group, { signal, onProgress }: TrainingOptions) {
    const report: Report = async (id: string, point: LossPoint) => {
      onProgress?.(id, point, recipe.steps);
      await new Promise((resolve) => setTimeout(resolve)); // lets timers, sockets and aborts in
      signal?.throwIfAborted();
    };
    signal?.throwIfAborted();
    return recipe.kind === "gan"
      ? trainGans(this.loaded.tf, jobs, recipe, report)
      : trainAutoencoders(this.loaded.tf, jobs, recipe, report);
  }

  async forward(net: Net, rows: Float32Array, layers: readonly number[]): Promise<Float32Array[]> {
    const { widths } = net.architecture;
    checkLayers(widths, rows, layers);
    const { tf } = this.loaded;
    using stack = new Stack(tf, [net], { learningRate: 1 });
    const count = rows.length / widths[0];
    const outputs = layers.map((layer) => new Float32Array(count * widths[layer]));
    for (let start = 0; start < count; start += FORWARD_ROWS) {
      const end = Math.min(count, start + FORWARD_ROWS);
      const block = paddedRows(rows, widths[0], start, end, stack.widths[0]);
      const units = tf.tidy(() => {
        const all = stack.units(tf.tensor(block, [1, end - start, stack.widths[0]]));
        return layers.map((layer) => {
          return tf.keep(all[layer].slice([0, 0, 0], [1, end - start, widths[layer]]));
        });
      });
      for (const [i, unit] of units.entries()) {
        outputs[i].set(await unit.data(), start * widths[layers[i]]);
        unit.dispose();
      }
    }
    return outputs;
  }

  async [Symbol.asyncDispose]() {}
}

function check(job: TrainingJob): Checked | TrainingResult {
  try {
    return { id: job.id, seed: job.seed, ...checkedTables(job) };
  } catch (error) {
    return refused(job, error);
  }
}

function paddedRows(
  rows: Float32Array,
  width: number,
  start: number,
  end: number,
  padded: number,
): Float32Array {
  const block = new Float32Array((end - start) * padded);
  for (let row = start; row < end; row++) {
    block.set(rows.subarray(row * width, (row + 1) * width), (row - start) * padded);
  }
  fillGaps(block, 0, block.length);
  return block;
}
