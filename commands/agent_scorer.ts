/** Judges an agent's windows by its host's model, with the code that the server scores with. @module */
import { keptModel, newerModel } from "@/agent/model.ts";
import type { Scorer } from "@/agent/hosts.ts";
import type { Authorise } from "@/agent/request.ts";
import { DIMENSIONS, ENTITY_CLASSES, type WindowRow } from "@/features/vector.ts";
import { type HostModel, type HostRows, openModel } from "@/models/host_model.ts";
import { getLogger } from "@logtape/logtape";

const log = getLogger(["habit", "agent"]);

/** Chance of a normal window, below which a window is sent first. */
export const URGENT_P = 0.001;
const ASK_EVERY_MS = 3_600_000;

/** Windows as a model takes them. */
export function hostRows(rows: readonly WindowRow[]): HostRows {
  const values = new Float32Array(rows.length * DIMENSIONS);
  rows.forEach((row, i) => values.set(row.values, i * DIMENSIONS));
  const users = new Map<string, number>();
  return {
    values,
    channels: Uint16Array.from(rows, ({ channels }) => channels),
    startMs: Float64Array.from(rows, ({ startMs }) => startMs),
    users: Uint32Array.from(rows, ({ user }) => {
      if (!users.has(user)) users.set(user, users.size);
      return users.get(user)!;
    }),
    classes: Uint8Array.from(rows, ({ entityClass }) => ENTITY_CLASSES.indexOf(entityClass)),
    n: rows.length,
  };
}

/** Scores by the model at hand; without one, nothing is urgent. */
export class ModelScorer implements Scorer {
  #model: HostModel | undefined;

  /** Begins with a model's bytes, where there are some. */
  constructor(bytes: Uint8Array | undefined) {
    this.replace(bytes);
  }

  /** Takes a newer model; one that cannot be read is left alone. */
  replace(bytes: Uint8Array | undefined): void {
    if (bytes === undefined) return;
    try {
      this.#model = openModel(bytes);
    } catch (error) {
      log.warn("The model cannot be read; windows are judged by the one before.", { error });
    }
  }

  /** See {@link Scorer}. */
  urgent(rows: readonly WindowRow[]): boolean[] {
    if (!this.#model) return rows.map(() => false);
    const { p } = this.#model.score(hostRows(rows));
    return Array.from(p, (chance) => chance < URGENT_P);
  }
}

/** A scorer by the kept model, which asks for newer ones every hour until the signal aborts. */
export function followModel(
  stateFolder: string,
  server: string,
  authorise: Authorise,
  signal: AbortSignal,
): ModelScorer {
  const scorer = new ModelScorer(keptModel(stateFolder));
  const ask = async () => scorer.replace(await newerModel(stateFolder, server, authorise));
  ask();
  const timer = setInterval(ask, ASK_EVERY_MS);
  signal.addEventListener("abort", () => clearInterval(timer));
  return scorer;
}
