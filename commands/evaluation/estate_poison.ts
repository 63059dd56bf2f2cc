/**
 * Training windows that hold attacks: a share of every host's windows before the test weeks is
 * overwritten with attack windows of another estate, and models are trained on that with and without
 * trimming.
 * @module
 */
import type { EstateOptions } from "@/estate/generate.ts";
import { DIMENSIONS } from "@/features/vector.ts";
import type { HostRows, TrainHostsOptions } from "@/models/detection.ts";
import { seededRandom } from "@/models/random.ts";
import type { Run } from "./estate_figures.ts";
import { type EvaluatedEstate, selectRows, simulatedEstate } from "./estate_rows.ts";
import { scoreEstate } from "./estate_scores.ts";

/** Attacks are taken from an estate whose seed is so much higher. */
const OTHER_SEED = 1_000;
/** The share that trimming leaves out where contamination is suspected. */
const TRIM = 0.12;

/** How a training was spoiled, and what was done about it. */
export interface Poisoning {
  readonly name: string;
  readonly share: number;
  readonly trim: number;
}

/** Each share of attack windows without and with trimming. */
export const POISONINGS: readonly Poisoning[] = [0, 0.01, 0.05, 0.1].flatMap((share) =>
  [0, TRIM].map((trim) => ({
    name: `${100 * share} % attacks${trim > 0 ? ", trimmed" : ""}`,
    share,
    trim,
  }))
);

/** A run for each of {@link POISONINGS}; trained once, at the beginning of the test weeks. */
export async function poisonedRuns(
  played: EstateOptions,
  estate: EvaluatedEstate,
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  options: TrainHostsOptions,
): Promise<Run[]> {
  const attacks = attackRows(simulatedEstate({ ...played, seed: played.seed + OTHER_SEED }));
  const spells = { fromMs, untilMs, everyMs: untilMs - fromMs };
  const runs: Run[] = [];
  for (const { share, trim } of POISONINGS) {
    const hosts = new Map([...estate.hosts].map(([host, one]) => {
      const random = seededRandom(played.seed, `poison ${host}`);
      return [host, { ...one, rows: poisoned(one.rows, attacks, share, fromMs, random) }];
    }));
    const spoiled = { ...estate, hosts };
    const windows = await scoreEstate(spoiled, spells, { ...options, trim }, false);
    runs.push({ estate: spoiled, windows, fromMs, untilMs });
  }
  return runs;
}

/** Windows in which somebody attacked. */
function attackRows({ hosts }: EvaluatedEstate): HostRows[] {
  return [...hosts.values()].flatMap(({ rows, injections }) =>
    [...injections].filter(([, { acting }]) => acting).map(([row]) => selectRows(rows, [row]))
  );
}

/** Rows of which a share before a moment are attacks, of the row's own class where there is one. */
function poisoned(
  rows: HostRows,
  attacks: readonly HostRows[],
  share: number,
  beforeMs: number,
  random: () => number,
): HostRows {
  const values = rows.values.slice();
  const channels = rows.channels.slice();
  for (let row = 0; row < rows.n; row++) {
    const [chance, choice] = [random(), random()]; // drawn for each row: more share, more of the same
    if (rows.startMs[row] >= beforeMs || chance >= share) continue;
    const alike = attacks.filter(({ classes }) => classes[0] === rows.classes[row]);
    const pool = alike.length > 0 ? alike : attacks;
    const attack = pool[Math.floor(choice * pool.length)];
    values.set(attack.values, row * DIMENSIONS);
    channels[row] |= attack.channels[0];
  }
  return { ...rows, values, channels };
}
