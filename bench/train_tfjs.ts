/**
 * The tensorflow engine's stack beside the layers `fit` loop of the same @tensorflow/tfjs-node.
 * @module
 */
import type { AutoencoderRecipe } from "@/models/engine.ts";
import { openTensorflow } from "@/models/engines/tensorflow/engine.ts";
import {
  loadTensorflow,
  type Tensor,
  type Tensorflow,
} from "@/models/engines/tensorflow/library.ts";
import { type Figure, median, timeMs } from "./figure.ts";

const HOSTS = 64;
const BATCH = 256;

/** TensorFlow.js' own way to say and train a net. */
interface Layers extends Tensorflow {
  sequential(): {
    add(layer: unknown): void;
    compile(options: unknown): void;
    fit(input: Tensor, output: Tensor, options: unknown): Promise<unknown>;
  };
  layers: { dense(options: unknown): unknown };
}

/** Undefined, saying so, where the library is not set up. */
export async function tensorflowRatio(
  rows: Float32Array,
  epochs: number,
  recipe: AutoencoderRecipe,
  repeats: number,
): Promise<Figure | undefined> {
  try {
    await loadTensorflow("tensorflow");
  } catch {
    console.error("tensorflow is not set up: deno task setup:native");
    return undefined;
  }
  const stacked: number[] = [], fit: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const [ours, theirs] = [await stackMs(rows, recipe), await fitMs(rows, epochs, recipe)];
    if (i > 0) stacked.push(ours), fit.push(theirs); // the first pays for loading and tracing
  }
  const [ours, theirs] = [median(stacked), median(fit)];
  return {
    case: "tfjs-stacked-vs-fit",
    value: Number((1_000 / ours).toFixed(3)),
    unit: "models/s",
    peer: "@tensorflow/tfjs-node 4.22.0 layers fit",
    peerValue: Number((1_000 / theirs).toFixed(3)),
    ratio: Number((theirs / ours).toFixed(3)),
  };
}

/** Milliseconds a model: a quarter of the steps for each host of a full stack. */
async function stackMs(rows: Float32Array, recipe: AutoencoderRecipe): Promise<number> {
  const steps = Math.ceil(recipe.steps / 4);
  await using engine = await openTensorflow("tensorflow", "tensorflow");
  const jobs = Array.from({ length: HOSTS }, (_, seed) => {
    return { id: `host ${seed}`, seed, rows, recipe: { ...recipe, steps, checkEvery: steps } };
  });
  const ms = await timeMs(async () => {
    for await (const result of engine.train(jobs)) {
      if (!("net" in result)) throw new Error(result.reason);
    }
  });
  return ms / HOSTS / (steps / recipe.steps);
}

async function fitMs(
  rows: Float32Array,
  epochs: number,
  { architecture: { widths } }: AutoencoderRecipe,
): Promise<number> {
  const tf = (await loadTensorflow("tensorflow")).tf as Layers;
  const model = tf.sequential();
  for (let i = 1; i < widths.length; i++) {
    const activation = i < widths.length - 1 ? "relu" : "linear";
    model.add(tf.layers.dense({ units: widths[i], inputShape: [widths[i - 1]], activation }));
  }
  model.compile({ optimizer: "adam", loss: "meanSquaredError" });
  const input = tf.tensor(rows, [rows.length / widths[0], widths[0]]);
  const ms = await timeMs(() => {
    return model.fit(input, input, { epochs, batchSize: BATCH, verbose: 0 });
  });
  input.dispose();
  return ms;
}
