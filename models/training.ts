/**
 * How nets are built and trained, as people set it: checked once, where it comes in.
 * @module
 */
import type { AutoencoderOptions } from "./autoencoder.ts";
import { FEATURE_LAYER, type GanOptions } from "./gan.ts";

/** What may be set; what is not set is as measured best (docs/quality.md). */
export interface TrainingSettings {
  /** Layers and steps of the autoencoder. */
  readonly autoencoder?: AutoencoderOptions;
  /** Layers and steps of the GAN. */
  readonly gan?: Pick<GanOptions, "generator" | "discriminator" | "steps">;
  /** Share of each host's training windows to leave out, the strangest to an isolation forest. */
  readonly trim?: number;
}

const MOST_LAYERS = 12;
const MOST_UNITS = 512;
const MOST_STEPS = 50_000;
/** More than this is no suspicion any more. */
const MOST_TRIM = 0.4;

/**
 * Reads settings from JSON.
 * @throws {RangeError} that names the field, what it takes, and what it got.
 */
export function parseTraining(value: unknown): TrainingSettings {
  const { autoencoder, gan, trim } = fields(value, "training", ["autoencoder", "gan", "trim"]);
  return {
    ...(autoencoder !== undefined && { autoencoder: parseAutoencoder(autoencoder) }),
    ...(gan !== undefined && { gan: parseGan(gan) }),
    ...(trim !== undefined && { trim: parseTrim(trim) }),
  };
}

function parseAutoencoder(value: unknown): AutoencoderOptions {
  const { preset, hidden, steps } = fields(value, "autoencoder", ["preset", "hidden", "steps"]);
  if (preset !== undefined && hidden !== undefined) {
    throw new RangeError("autoencoder takes a preset or hidden layers, not both");
  }
  if (preset !== undefined && preset !== "seed" && preset !== "wide") {
    throw new RangeError(`autoencoder.preset takes "seed" or "wide": got ${show(preset)}`);
  }
  return {
    ...(preset !== undefined && { preset }),
    ...(hidden !== undefined && { hidden: layers(hidden, "autoencoder.hidden", 1) }),
    ...(steps !== undefined && { steps: whole(steps, "autoencoder.steps", MOST_STEPS) }),
  };
}

function parseGan(value: unknown): TrainingSettings["gan"] {
  const known = ["generator", "discriminator", "steps"];
  const { generator, discriminator, steps } = fields(value, "gan", known);
  return {
    ...(generator !== undefined && { generator: layers(generator, "gan.generator", 1) }),
    ...(discriminator !== undefined &&
      { discriminator: layers(discriminator, "gan.discriminator", FEATURE_LAYER) }),
    ...(steps !== undefined && { steps: whole(steps, "gan.steps", MOST_STEPS) }),
  };
}

function parseTrim(value: unknown): number {
  if (typeof value === "number" && value >= 0 && value <= MOST_TRIM) return value;
  throw new RangeError(`trim takes a share from 0 to ${MOST_TRIM}: got ${show(value)}`);
}

function fields(value: unknown, name: string, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new RangeError(`${name} takes an object: got ${show(value)}`);
  }
  const unknown = Object.keys(value).filter((key) => !known.includes(key));
  if (unknown.length > 0) {
    throw new RangeError(`${name} takes ${known.join(", ")}: got ${unknown.join(", ")}`);
  }
  // GraphQL gives null for what is not set.
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, one ?? undefined]));
}

/** Units of hidden layers, from the input to the output. */
function layers(value: unknown, name: string, least: number): number[] {
  if (Array.isArray(value) && value.length >= least && value.length <= MOST_LAYERS) {
    return value.map((units, i) => whole(units, `${name}[${i}]`, MOST_UNITS));
  }
  throw new RangeError(
    `${name} takes ${least} to ${MOST_LAYERS} hidden layers, as [64, 32]: got ${show(value)}`,
  );
}

function whole(value: unknown, name: string, most: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= most) {
    return value;
  }
  throw new RangeError(`${name} takes a whole number from 1 to ${most}: got ${show(value)}`);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}
