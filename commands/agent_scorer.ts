/** Judges an agent's windows by its host's model, with the code that the server scores with. @module */
import type { Identity } from "@/agent/config.ts";
import { keptModel, newerModel } from "@/agent/model.ts";
import type { Scorer } from "@/agent/hosts.ts";
import type { Authorise } from "@/agent/request.ts";
import { pseudonym } from "@/agent/pseudonym.ts";
import type { WindowRow } from "@/features/vector.ts";
import { openModel } from "@/models/host_checkpoint.ts";
import type { HostModel } from "@/models/host_model.ts";
import { accountNumber, hostRows } from "@/models/host_rows.ts";
import { repeat } from "@/agent/repeat.ts";
import { getLogger } from "@logtape/logtape";

const log = getLogger(["habit", "agent"]);

/** Chance of a normal window, below which a window is sent first. */
export const URGENT_P = 0.001;
const ASK_EVERY_MS = 3_600_000;

/** Scores a host's windows by the model at hand; without one, nothing is urgent. */
export class ModelScorer implements Scorer {
  readonly #host: string;
  readonly #accountOf: (sid: string) => number;
  #model: HostModel | undefined;

  /** Judges the windows of `host`, by a model's bytes where there are some. */
  constructor(host: string, estateKey: Uint8Array, bytes: Uint8Array | undefined) {
    this.#host = host;
    this.#accountOf = (sid) => accountNumber(pseudonym(estateKey, sid));
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
    try {
      const { p } = this.#model.score(hostRows(rows, this.#accountOf));
      return Array.from(p, (chance) => chance < URGENT_P);
    } catch (error) {
      // Windows must be kept and sent whatever the model makes of them: the server scores them too.
      log.error("The model cannot judge windows; they wait for the server's score.", { error });
      this.#model = undefined;
      return rows.map(() => false);
    }
  }
}

/** A scorer by the kept model, which asks for newer ones every hour until the signal aborts. */
export function followModel(
  stateFolder: string,
  { host, server, estateKey }: Identity,
  authorise: Authorise,
  signal: AbortSignal,
): ModelScorer {
  const scorer = new ModelScorer(host, estateKey, keptModel(stateFolder));
  const ask = async () => scorer.replace(await newerModel(stateFolder, server, authorise));
  repeat(ask, ASK_EVERY_MS, signal);
  return scorer;
}
