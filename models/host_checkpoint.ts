/**
 * A host's model as bytes, and back.
 * @module
 */
import { SCHEMA_ID } from "@/features/schema.ts";
import type { Calibration } from "./calibration.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { Net } from "./engine.ts";
import { calibrationParts, calibrationsFrom, type FleetModel } from "./fleet.ts";
import { decodeHabits, encodeHabits } from "./habits.ts";
import { HostModel, type HostModelParts, type Weights } from "./host_model.ts";
import type { HostRole } from "./roles.ts";

/** The model as bytes; `facts` are kept with it. */
export function encodeModel(parts: HostModelParts, facts: Record<string, unknown>): Uint8Array {
  const { windows, pooled, autoencoder, reader, discriminator, features, spreads, weights } = parts;
  const calibrations = calibrationParts(parts.calibrations);
  const { role, fromMs, toMs, habits } = parts.heldOut;
  return encodeCheckpoint({
    schema: SCHEMA_ID,
    facts: {
      ...facts,
      windows,
      pooled,
      spreads,
      weights,
      surplus: parts.surplus,
      autoencoder: autoencoder.architecture,
      discriminator: discriminator.architecture,
      calibrations: calibrations.facts,
      heldOut: { role, fromMs, toMs },
    },
    arrays: {
      centre: parts.scaling.centre,
      factor: parts.scaling.factor,
      means: reader.means,
      precisions: reader.precisions,
      features: features.means,
      usual: parts.usual,
      rarity: parts.rarity,
      habits: encodeHabits(parts.habits),
      heldOutHabits: encodeHabits(habits),
      ...calibrations.arrays,
    },
    packed: {
      autoencoder: autoencoder.weights,
      whitening: reader.whitening.weights,
      discriminator: discriminator.weights,
      features: features.whitening.weights,
    },
  });
}

/**
 * Opens a host's checkpoint; with its fleet's `trainingRarity`, to score its history too.
 * @throws {SyntaxError} if it is damaged, altered, of another schema, or the fleet's.
 */
export function openModel(
  bytes: Uint8Array,
  trainingRarity?: FleetModel["trainingRarity"],
): HostModel {
  const { facts, arrays, packed } = decodeCheckpoint(bytes, SCHEMA_ID);
  if (!arrays.usual) {
    throw new SyntaxError("Cannot read a host's model from the fleet's checkpoint");
  }
  // Ours: the SHA-256 over facts and arrays has agreed.
  const known = facts as unknown as
    & Pick<HostModelParts, "windows" | "pooled" | "spreads" | "surplus">
    & {
      weights: Weights;
      autoencoder: Net["architecture"];
      discriminator: Net["architecture"];
      calibrations: Pick<Calibration, "n" | "tail">[];
      heldOut: { role: HostRole; fromMs: number | null; toMs: number | null };
    };
  const { role, fromMs, toMs } = known.heldOut;
  return new HostModel({
    windows: known.windows,
    pooled: known.pooled,
    surplus: known.surplus,
    spreads: known.spreads,
    weights: known.weights,
    scaling: { centre: arrays.centre, factor: arrays.factor },
    autoencoder: { architecture: known.autoencoder, weights: packed.autoencoder },
    reader: {
      means: arrays.means,
      precisions: arrays.precisions,
      whitening: square(packed.whitening, arrays.means.length),
    },
    discriminator: { architecture: known.discriminator, weights: packed.discriminator },
    features: {
      means: arrays.features,
      whitening: square(packed.features, arrays.features.length),
    },
    usual: arrays.usual,
    rarity: arrays.rarity,
    habits: decodeHabits(arrays.habits),
    heldOut: {
      role,
      // JSON has no Infinity: none held out.
      fromMs: fromMs ?? Infinity,
      toMs: toMs ?? -Infinity,
      habits: decodeHabits(arrays.heldOutHabits),
    },
    calibrations: calibrationsFrom(known.calibrations, arrays),
  }, trainingRarity);
}

/** A linear layer of as many units as it reads. */
function square(weights: Float32Array, width: number): Net {
  return { architecture: { widths: [width, width], slope: 0 }, weights };
}
