/**
 * One host's job from what a caller gave to a result: checks first, then the recipe's loop.
 * @module
 */
import type { LossPoint, TrainingJob, TrainingResult } from "@/models/engine.ts";
import { trainAutoencoder } from "./autoencoder.ts";
import type { Table } from "./batches.ts";
import { trainGan } from "./gan.ts";
import type { Kernel } from "./kernel.ts";
import { checkArchitecture } from "./layout.ts";

/** Trains one job; what is wrong with it becomes a result, so that no other host suffers. */
export function* trainHost(kernel: Kernel, job: TrainingJob): Generator<LossPoint, TrainingResult> {
  let tables;
  try {
    tables = checkedTables(job);
  } catch (error) {
    return refused(job, error);
  }
  const { table, heldOut } = tables;
  const { recipe } = job;
  return recipe.kind === "gan"
    ? yield* trainGan(kernel, job, recipe, table)
    : yield* trainAutoencoder(kernel, job, recipe, table, heldOut);
}

/** The result of a job that its checks found unfit; throws what is not a finding of theirs. */
export function refused(job: TrainingJob, error: unknown): TrainingResult {
  if (!(error instanceof RangeError)) throw error;
  return { id: job.id, outcome: "refused", reason: error.message, losses: [] };
}

/**
 * The job's rows, once everything about it has been found fit to train.
 * @throws {RangeError} that says what is not.
 */
export function checkedTables(job: TrainingJob): { table: Table; heldOut: Table | undefined } {
  const width = checkedWidth(job);
  const { steps, batch, checkEvery = 100, optimiser } = job.recipe;
  for (const [name, value] of Object.entries({ steps, batch, checkEvery })) {
    if (!(Number.isInteger(value) && value > 0)) {
      throw new RangeError(`Cannot train with ${name} other than a whole number above 0: ${value}`);
    }
  }
  if (!(optimiser.learningRate > 0)) {
    throw new RangeError(`Cannot train at a learning rate of ${optimiser.learningRate}`);
  }
  const table = checkedTable(job.rows, width, "rows");
  if (table.rows === 0) throw new RangeError("Cannot train on 0 rows");
  const heldOut = job.heldOut?.length ? checkedTable(job.heldOut, width, "heldOut") : undefined;
  return { table, heldOut };
}

function checkedWidth({ recipe }: TrainingJob): number {
  if (recipe.kind === "autoencoder") {
    const { widths } = recipe.architecture;
    checkArchitecture(recipe.architecture);
    if (widths[0] === widths.at(-1)) return widths[0];
    throw new RangeError(`Cannot train an autoencoder from ${widths[0]} to ${widths.at(-1)} units`);
  }
  const [generator, discriminator] = [recipe.generator.widths, recipe.discriminator.widths];
  checkArchitecture(recipe.generator);
  checkArchitecture(recipe.discriminator);
  if (generator.at(-1) === discriminator[0] && discriminator.at(-1) === 1) return discriminator[0];
  throw new RangeError(
    `Cannot train a generator of "${generator}" against a discriminator of "${discriminator}": ` +
      `one must give the rows that the other reads, and the other end in 1 unit`,
  );
}

function checkedTable(values: Float32Array, width: number, name: string): Table {
  if (values.length % width !== 0) {
    throw new RangeError(`Cannot cut ${name} of ${values.length} values into rows of ${width}`);
  }
  let gaps = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value - value === 0) continue; // neither NaN nor infinite
    if (!Number.isNaN(value)) {
      const place = `row ${Math.floor(i / width)}, column ${i % width}`;
      throw new RangeError(`Cannot train on an infinite value in ${name}: ${place}`);
    }
    gaps++;
  }
  if (gaps > 0 && gaps === values.length) {
    throw new RangeError(`Cannot train on ${name} in which every value is missing`);
  }
  return { values, width, rows: values.length / width, gaps: gaps > 0 };
}
