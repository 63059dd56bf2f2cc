/**
 * The contract of a compute engine: it trains many small dense nets, each host its own rows and its
 * own weights, and knows nothing of what a net is for; but {@link readResiduals} does, which would
 * cost as much as its nets outside the kernel. Values are float32 throughout.
 *
 * In every array of rows NaN means "no value here": the net reads 0 and the loss skips it, which is
 * how masked columns are said. Infinity is refused.
 * @module
 */

export { decodeNet, encodeNet } from "./engines/checkpoint.ts";
export { forward } from "./engines/forward.ts";
export { describeEngines, type DescribeOptions, type EngineReport } from "./engines/describe.ts";
export { openEngine, type OpenOptions } from "./engines/open.ts";
export { readResiduals } from "./engines/residuals.ts";

/** Dense layers in a row; each hidden layer is followed by (leaky) ReLU, the last one is linear. */
export interface Architecture {
  /** Units from the input to the output, such as 128, 64, 32, 16, 32, 64, 128. */
  readonly widths: readonly number[];
  /** Slope of hidden units below zero: 0 is ReLU, 0.2 the leaky ReLU that is usual in a GAN. */
  readonly slope: number;
}

/** A trained net: all that scoring needs. */
export interface Net {
  /** How its weights are to be read. */
  readonly architecture: Architecture;
  /** Layer by layer: weights (inputs × outputs, row by row), then biases. */
  readonly weights: Float32Array;
}

/** What an autoencoder leaves of normal rows, to compare others with. */
export interface ResidualReader {
  /** Mean residual of each column. */
  readonly means: Float32Array;
  /** What each column's squared deviation is multiplied with: about 1 / variance. */
  readonly precisions: Float32Array;
  /** One linear layer: the inverse root of the covariance. */
  readonly whitening: Net;
}

/**
 * Three readings of what an autoencoder leaves of rows, each the sum of its parts by column: squared
 * error a value; squared Mahalanobis distance; and the eight largest squared deviations over their
 * variance.
 */
export interface ResidualReadings {
  /** A reading's each: rows × width, none below 0. */
  readonly parts: readonly Float32Array[];
  /** A reading's each: log of every row's sum of parts. */
  readonly logs: readonly Float64Array[];
}

/** Adam (Kingma & Ba 2015) with decoupled weight decay (Loshchilov & Hutter 2019). */
export interface Optimiser {
  /** Length of a step; 1e-3 is usual. */
  readonly learningRate: number;
  /** Share of every weight that is lost per step, times the learning rate. Default 0. */
  readonly weightDecay?: number;
  /** Default 0.9. */
  readonly beta1?: number;
  /** Default 0.999. */
  readonly beta2?: number;
  /** Default 1e-7. */
  readonly epsilon?: number;
}

/** What both recipes say about the loop. */
export interface Recipe {
  /** How each step moves the weights. */
  readonly optimiser: Optimiser;
  /** Steps of the optimiser. */
  readonly steps: number;
  /** Rows per step; passes over the rows follow one another without a short batch between. */
  readonly batch: number;
  /** Steps between two looks at the held-out loss and two reports of progress. Default 100. */
  readonly checkEvery?: number;
}

/** A net that learns to give its input back, by the squared error over the values present. */
export interface AutoencoderRecipe extends Recipe {
  /** Says which recipe this is. */
  readonly kind: "autoencoder";
  /** From a row to a row: its first and last widths are the same. */
  readonly architecture: Architecture;
  /** Standard deviation of the noise added to each input, never to the target. Default 0. */
  readonly inputNoise?: number;
  /** Share of inputs set to 0 (Vincent et al. 2008). Default 0. */
  readonly inputMask?: number;
  /** Looks without a better held-out loss before training stops; the best weights are kept. */
  readonly patience?: number;
}

/**
 * A generator and a discriminator (Goodfellow et al. 2014; non-saturating loss). Each step trains
 * the discriminator on generated, real and, if wanted, uniform rows together, then the generator.
 */
export interface GanRecipe extends Recipe {
  /** Says which recipe this is. */
  readonly kind: "gan";
  /** Its first width is the size of the latent vector, its last that of a row. */
  readonly generator: Architecture;
  /** Its last width is 1, a logit: higher is more like the real rows. */
  readonly discriminator: Architecture;
  /**
   * Adds `batch` rows a step, uniform in the box around the real rows, as negatives: from the least
   * to the greatest value of a column, and at least from -1 to 1. Default true.
   */
  readonly uniformNegatives?: boolean;
}

/** One net, or pair of nets, to train. */
export interface TrainingJob {
  /** Comes back in the result; the engine does not read it. */
  readonly id: string;
  /** The only source of chance: same job, same engine, same bits. */
  readonly seed: number;
  /** What to train, and how long. */
  readonly recipe: AutoencoderRecipe | GanRecipe;
  /** Rows × columns, row by row. */
  readonly rows: Float32Array;
  /** Rows of the same shape that training never sees, for the held-out loss. */
  readonly heldOut?: Float32Array;
}

/** Losses as of one look. */
export interface LossPoint {
  /** Steps done so far. */
  readonly step: number;
  /** Mean over the steps since the last look: squared error a value, or the discriminator's. */
  readonly loss: number;
  /** The generator's, of a GAN. */
  readonly generatorLoss?: number;
  /** Squared error a value on the held-out rows, without noise. */
  readonly heldOutLoss?: number;
}

/** How one host's training ended. No host's outcome depends on another's. */
export type TrainingResult =
  | {
    readonly id: string;
    readonly outcome: "trained" | "stopped early";
    /** The autoencoder, or the discriminator. */
    readonly net: Net;
    /** Of a GAN. */
    readonly generator?: Net;
    /** The step whose weights these are. */
    readonly step: number;
    readonly losses: readonly LossPoint[];
  }
  | {
    readonly id: string;
    /** `refused`: nothing was tried. `diverged`: a loss or a weight is no longer a number. */
    readonly outcome: "refused" | "diverged";
    /** A sentence for the operator. */
    readonly reason: string;
    readonly losses: readonly LossPoint[];
  };

/** What a caller may watch and stop. */
export interface TrainingOptions {
  /** Aborting makes `train` throw the signal's reason, soon. */
  readonly signal?: AbortSignal;
  /** Called at every look of every host. */
  readonly onProgress?: (id: string, point: LossPoint, steps: number) => void;
}

/** Engines by name; each gives the same nets within the tolerance of float32. */
export type EngineName = "reference" | "fused" | "fused-native" | "tensorflow" | "webgpu";

/** Trains and runs nets. Close it, or hold it by `await using`, to end its Workers. */
export interface Engine extends AsyncDisposable {
  /** As in {@link OpenOptions.name}. */
  readonly name: EngineName;
  /**
   * Takes jobs as it needs them, so that memory holds a few hosts and not the fleet, and gives each
   * result as it is done: not in the order of the jobs.
   */
  train(
    jobs: Iterable<TrainingJob> | AsyncIterable<TrainingJob>,
    options?: TrainingOptions,
  ): AsyncIterableIterator<TrainingResult>;
  /**
   * Units of chosen layers for each row: layer 1 is the first hidden layer, the last is the output.
   * Per layer an array of rows × width. The function {@link forward} is the same at once.
   */
  forward(net: Net, rows: Float32Array, layers: readonly number[]): Promise<Float32Array[]>;
}
