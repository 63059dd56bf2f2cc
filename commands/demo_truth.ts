/**
 * What the demo found beside what was hidden in its estate, misses too.
 * @module
 */
import { pseudonym } from "@/agent/pseudonym.ts";
import type { Truth } from "@/estate/truth.ts";
import { SYSTEM_USER, WINDOW_MS } from "@/features/vector.ts";
import { uuidText } from "@/features/wire.ts";
import type { Anomaly } from "./demo_anomalies.ts";

/** One hidden campaign and how it fared. */
export interface Hidden {
  readonly campaign: string;
  readonly strength: string;
  readonly techniques: readonly string[];
  /** Hours that hold injected events: of the account, and of the host itself. */
  readonly windows: number;
  /** How many of them are among the strangest. */
  readonly found: number;
  /** Place of the first of them in the list of days, 1 is the strangest; undefined: not in it. */
  readonly rank: number | undefined;
}

/** Holds the strangest days against the truth. */
export function compare(
  truth: Truth,
  rows: readonly Anomaly[],
  keys: { readonly estateKey: Uint8Array },
): Hidden[] {
  const key = (host: string, user: string, startMs: number) =>
    `${host.toLowerCase()} ${user} ${Math.floor(startMs / WINDOW_MS)}`;
  const ranks = new Map(
    rows.flatMap(({ host, pseudonym, hours }, i) =>
      hours.map((start) => [key(host, pseudonym, Date.parse(start)), i + 1] as const)
    ),
  );
  return truth.campaigns.map(({ id, title, strength, techniques }) => {
    const windows = new Set(
      truth.events.filter(({ campaign }) => campaign === id).flatMap(({ host, sid, time }) =>
        // What spans accounts, a spray for instance, shows in the row of the host itself.
        [sid, SYSTEM_USER].map((user) =>
          key(host, uuidText(pseudonym(keys.estateKey, user)), Date.parse(time))
        )
      ),
    );
    const hits = [...windows].flatMap((window) => ranks.get(window) ?? []);
    return {
      campaign: title,
      strength,
      techniques,
      windows: windows.size,
      found: hits.length,
      rank: hits.length > 0 ? Math.min(...hits) : undefined,
    };
  });
}
