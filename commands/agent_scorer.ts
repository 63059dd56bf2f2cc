/** Judges an agent's windows by its host's model, with the code that the server scores with. @module */
import type { Identity } from "@/agent/config.ts";
import { keptModel, newerModel } from "@/agent/model.ts";
import type { Scorer } from "@/agent/hosts.ts";
import type { Authorise } from "@/agent/request.ts";
import { DIMENSIONS, ENTITY_CLASSES, type WindowRow } from "@/features/vector.ts";
import { type HostModel, type HostRows, openModel } from "@/models/host_model.ts";
import { repeat } from "@/agent/repeat.ts";
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

/** Scores a host's windows by the model at hand; without one, nothing is urgent. */
export class ModelScorer implements Scorer {
  readonly #host: string;
  #model: HostModel | undefined;

  /** Judges the windows of `host`, by a model's bytes where there are some. */
  constructor(host: string, bytes: Uint8Array | undefined) {
    this.#host = host;
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

  /** See {@link Scorer}; rows of other hosts, as a collector has them, wait for the server. */
  urgent(rows: readonly WindowRow[]): boolean[] {
    if (!this.#model || rows.length === 0 || rows[0].host !== this.#host) {
      return rows.map(() => false);
    }
    const { p } = this.#model.score(hostRows(rows));
    return Array.from(p, (chance) => chance < URGENT_P);
  }
}

/** A scorer by the kept model, which asks for newer ones every hour until the signal aborts. */
export function followModel(
  stateFolder: string,
  { host, server }: Identity,
  authorise: Authorise,
  signal: AbortSignal,
): ModelScorer {
  const scorer = new ModelScorer(host, keptModel(stateFolder));
  const ask = async () => scorer.replace(await newerModel(stateFolder, server, authorise));
  repeat(ask, ASK_EVERY_MS, signal);
  return scorer;
}
