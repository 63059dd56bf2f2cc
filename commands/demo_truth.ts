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
  /** Hours that hold injected events: of accounts, and of the host itself where they are several. */
  readonly windows: number;
  /** How many of them are among the strangest. */
  readonly found: number;
  /** Place of the first finding with one of them, 1 is the strangest; undefined: in none. */
  readonly rank: number | undefined;
}

/** Holds the strangest findings against the truth. */
export function compare(
  truth: Truth,
  rows: readonly Anomaly[],
  keys: { readonly estateKey: Uint8Array },
): Hidden[] {
  const key = (host: string, user: string, startMs: number) =>
    `${host.toLowerCase()} ${user} ${Math.floor(startMs / WINDOW_MS)}`;
  const ranks = new Map(
    rows.flatMap(({ pseudonym, windows }, i) =>
      windows.map(({ host, start }) => [key(host, pseudonym, Date.parse(start)), i + 1] as const)
    ),
  );
  return truth.campaigns.map(({ id, title, strength, techniques }) => {
    const events = truth.events.filter(({ campaign }) => campaign === id);
    // What spans accounts, a spray for instance, shows in the row of the host itself.
    const others = new Set(events.map(({ sid }) => sid)).size > 1 ? [SYSTEM_USER] : [];
    const windows = new Set(
      events.flatMap(({ host, sid, time }) =>
        [sid, ...others].map((user) =>
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
