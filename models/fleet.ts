/**
 * What only many hosts together can say, as one model: nets for hosts without history, what steadies
 * the others' statistics, how rare each column's values are, and how high normal windows score.
 *
 * A host's model follows from its own windows, a seed and a fleet model, whatever hosts are trained
 * beside it.
 * @module
 */
import { SCHEMA_ID } from "@/features/schema.ts";
import type { ResidualStatistics } from "./autoencoder.ts";
import type { Calibration } from "./calibration.ts";
import { decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";
import type { Net } from "./engine.ts";
import type { RarityTable } from "./rarity.ts";
import { HOST_ROLES, type HostRole } from "./roles.ts";
import type { Moments } from "./scaling.ts";
import type { Spread } from "./statistics/robust.ts";

/** What training gives for one host, or for the fleet. */
export interface Nets {
  /** Gives rows back. */
  readonly autoencoder: Net;
  /** Told real rows from others. */
  readonly discriminator: Net;
  /** Made others. */
  readonly generator?: Net;
  /** As of the last look. */
  readonly losses: Readonly<Record<string, number | undefined>>;
}

/** What of a fleet is known before its hosts' own nets are. */
export interface FleetBasis {
  /** Of the mean host, unscaled. */
  readonly moments: Moments;
  /** Trained on rows of all hosts, each standardised by its own host. */
  readonly nets: Nets;
  /** What those nets leave of the same rows. */
  readonly statistics: ResidualStatistics;
  /** How the discriminator's hidden layer sees them. */
  readonly hidden: ResidualStatistics;
}

/** All that a host's model takes from its fleet. */
export interface FleetModel extends FleetBasis {
  /** The middle host's spread of each reading. */
  readonly spreads: readonly Spread[];
  /** How rare each column's values are among hosts of a role; of all hosts where these are few. */
  readonly rarity: Readonly<Record<HostRole, RarityTable>>;
  /** The same of training windows alone: what held-out windows calibrate by, and are scored by. */
  readonly trainingRarity: FleetModel["rarity"];
  /** Scores of held-out windows, by entity class. */
  readonly calibrations: readonly Calibration[];
}

/** How a fleet's training went; JSON-able. */
export interface FleetFigures {
  /** Of the rows that it reads. */
  readonly schema: string;
  /** Hosts that it was learned from, and how many of them with nets of their own. */
  readonly hosts: number;
  readonly ownNets: number;
  /** Hosts by role. */
  readonly roles: Readonly<Record<HostRole, number>>;
  /** Windows that trained, and that calibrate. */
  readonly windows: number;
  readonly heldOut: number;
  readonly seed: number;
  /** Name of the engine that trained. */
  readonly engine: string;
  /** Last losses of the fleet's own nets. */
  readonly losses: Nets["losses"];
  /** Held-out windows behind each class's p-values. */
  readonly calibration: readonly { readonly entityClass: string; readonly windows: number }[];
}

const KIND = "fleet";

/** A table for each role. */
export function rarities(of: (role: HostRole) => RarityTable): FleetModel["rarity"] {
  return { personal: of("personal"), shared: of("shared") };
}

/** A calibration's numbers as a checkpoint keeps them: facts, and named arrays. */
export function calibrationParts(calibrations: readonly Calibration[]) {
  return {
    facts: calibrations.map(({ n, tail }) => ({ n, tail })),
    arrays: Object.fromEntries(calibrations.flatMap(({ scores, atLeast }, i) => [
      [`calibration ${i}`, scores],
      [`ranks ${i}`, Float32Array.from(atLeast)],
    ])),
  };
}

/** Reads what {@link calibrationParts} gave. */
export function calibrationsFrom(
  facts: readonly Pick<Calibration, "n" | "tail">[],
  arrays: Readonly<Record<string, Float32Array>>,
): Calibration[] {
  return facts.map(({ n, tail }, i) => ({
    n,
    tail,
    scores: arrays[`calibration ${i}`],
    atLeast: Uint32Array.from(arrays[`ranks ${i}`]),
  }));
}

/** Rounds to float32, as a checkpoint keeps it: what is trained with it is what is stored. */
export function asStored({ moments, nets, statistics, hidden }: FleetBasis): FleetBasis {
  const { counts, means, variances } = moments;
  return {
    moments: { counts: round(counts), means: round(means), variances: round(variances) },
    nets,
    statistics: rounded(statistics),
    hidden: rounded(hidden),
  };
}

function rounded({ rows, means, covariance }: ResidualStatistics): ResidualStatistics {
  return { rows, means: round(means), covariance: round(covariance) };
}

function round(values: Float64Array): Float64Array {
  return values.map(Math.fround);
}

/** The fleet's model as bytes. */
export function encodeFleet(fleet: FleetModel, figures: FleetFigures): Uint8Array {
  const { moments, nets, statistics, hidden, spreads, rarity, trainingRarity } = fleet;
  const calibrations = calibrationParts(fleet.calibrations);
  const small = (values: Float64Array) => Float32Array.from(values);
  return encodeCheckpoint({
    schema: SCHEMA_ID,
    facts: {
      kind: KIND,
      figures,
      spreads,
      rows: statistics.rows,
      losses: nets.losses,
      autoencoder: nets.autoencoder.architecture,
      discriminator: nets.discriminator.architecture,
      generator: nets.generator?.architecture,
      calibrations: calibrations.facts,
    },
    arrays: {
      counts: small(moments.counts),
      means: small(moments.means),
      variances: small(moments.variances),
      residuals: small(statistics.means),
      covariance: small(statistics.covariance),
      hidden: small(hidden.means),
      hiddenCovariance: small(hidden.covariance),
      autoencoder: nets.autoencoder.weights,
      discriminator: nets.discriminator.weights,
      generator: nets.generator?.weights ?? new Float32Array(0),
      ...Object.fromEntries(HOST_ROLES.flatMap((role) => [
        [`rarity ${role}`, rarity[role]],
        [`training rarity ${role}`, trainingRarity[role]],
      ])),
      ...calibrations.arrays,
    },
    packed: {},
  });
}

/**
 * Opens a fleet's checkpoint.
 * @throws {SyntaxError} if it is damaged, altered, of another schema, or one host's.
 */
export function openFleet(bytes: Uint8Array): FleetModel {
  const { facts, arrays } = decodeCheckpoint(bytes, SCHEMA_ID);
  if (facts.kind !== KIND) {
    throw new SyntaxError("Cannot read a fleet's model from one host's checkpoint");
  }
  // Ours: the SHA-256 over facts and arrays has agreed.
  const known = facts as unknown as Pick<FleetModel, "spreads"> & {
    rows: number;
    losses: Nets["losses"];
    autoencoder: Net["architecture"];
    discriminator: Net["architecture"];
    generator?: Net["architecture"];
    calibrations: Pick<Calibration, "n" | "tail">[];
  };
  const wide = (values: Float32Array) => Float64Array.from(values);
  return {
    moments: {
      counts: wide(arrays.counts),
      means: wide(arrays.means),
      variances: wide(arrays.variances),
    },
    nets: {
      autoencoder: { architecture: known.autoencoder, weights: arrays.autoencoder },
      discriminator: { architecture: known.discriminator, weights: arrays.discriminator },
      generator: known.generator && { architecture: known.generator, weights: arrays.generator },
      losses: known.losses,
    },
    statistics: {
      rows: known.rows,
      means: wide(arrays.residuals),
      covariance: wide(arrays.covariance),
    },
    hidden: {
      rows: known.rows,
      means: wide(arrays.hidden),
      covariance: wide(arrays.hiddenCovariance),
    },
    spreads: known.spreads,
    rarity: rarities((role) => arrays[`rarity ${role}`]),
    trainingRarity: rarities((role) => arrays[`training rarity ${role}`]),
    calibrations: calibrationsFrom(known.calibrations, arrays),
  };
}
