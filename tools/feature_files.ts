/**
 * Finds a real log for each column, one labelled with the column's technique where there is one, and
 * one for each kind of event; writes tests/features/real_files.json and real_events.json:
 * `deno run -A tools/feature_files.ts`. Needs ../shared/data.
 * @module
 */
import { openLog } from "@/agent/open_log.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { FIELD_NAMES } from "@/features/fields.ts";
import { KINDS } from "@/features/kinds/all.ts";
import { type Column, FEATURES } from "@/features/schema.ts";

/** A real log in which a column counts. */
export interface RealFile {
  /** Below the data folder. */
  readonly file: string;
  /** Where it was published. */
  readonly source: string;
  /** Techniques or tactic that its publisher labels it with; "" for none. */
  readonly label: string;
}

interface Listed {
  readonly file: string;
  readonly repo: string;
  readonly path: string;
  readonly attack?: string;
}

/** The largest magnitude of each column in a log's rows. */
export function filledColumns(file: string): number[] {
  const hosts = new Map<string, Featuriser>();
  using cursor = openLog(file);
  for (let event = cursor.next(); event; event = cursor.next()) {
    const host = event.computer.toLowerCase();
    let featuriser = hosts.get(host);
    if (!featuriser) {
      hosts.set(host, featuriser = new Featuriser({ host, latenessMs: Infinity }));
    }
    featuriser.add(event);
  }
  const rows = [...hosts.values()].flatMap((featuriser) => featuriser.finish());
  return FEATURES.map((_, i) => Math.max(0, ...rows.map(({ values }) => Math.abs(values[i]))));
}

/** How well a label fits a column's techniques: 3 the same, 2 a relative, 1 another attack, 0 none. */
function fit(label: string, techniques: readonly string[]): number {
  if (label === "") return 0;
  const parent = (technique: string) => technique.split(".")[0];
  const labels = label.split(/[|,; ]+/);
  if (labels.some((each) => techniques.includes(each))) return 3;
  return labels.some((each) => techniques.map(parent).includes(parent(each))) ? 2 : 1;
}

/** The best log for each column that some log fills. */
export function realFiles(data: URL): Record<string, RealFile> {
  const found = new Map<string, RealFile & { readonly score: number }>();
  for (const list of ["evtx.json", "otrf.json"]) {
    const logs: Listed[] = JSON.parse(Deno.readTextFileSync(new URL(list, data)));
    for (const { file, repo, path, attack } of logs.sort((a, b) => a.path < b.path ? -1 : 1)) {
      const label = attack ?? /windows\/(\w+)\//.exec(path)?.[1] ?? "";
      const filled = filledColumns(new URL(file, data).pathname);
      FEATURES.forEach(({ name, attack: techniques }: Column, i) => {
        const score = fit(label, techniques);
        if (filled[i] === 0 || (found.get(name)?.score ?? -1) >= score) return;
        found.set(name, { file, source: `${repo}: ${path}`, label, score });
      });
    }
  }
  return Object.fromEntries(FEATURES.flatMap(({ name }) => {
    const best = found.get(name);
    if (!best) return [];
    const { file, source, label } = best;
    return [[name, { file, source, label }]];
  }));
}

/** A real log that holds a kind of event. */
export interface RealEvent {
  /** Below the data folder. */
  readonly file: string;
  /** Where it was published. */
  readonly source: string;
  /** Fields that some column wants and that its events of this kind have. */
  readonly fields: readonly string[];
}

/** Wanted fields that a log's events have, by channel and event id. */
export function eventFields(file: string): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>();
  using cursor = openLog(file);
  for (let event = cursor.next(); event; event = cursor.next()) {
    const key = `${event.channel} ${event.eventId}`;
    let fields = found.get(key);
    if (!fields) found.set(key, fields = new Set());
    FIELD_NAMES.forEach((name, slot) => void (event.text(slot) !== "" && fields.add(name)));
  }
  return found;
}

/** Of each kind of event that counts, the log whose events have the most wanted fields. */
export function realEvents(data: URL): Record<string, RealEvent> {
  const best = new Map<string, RealEvent>();
  for (const list of ["evtx.json", "otrf.json"]) {
    const logs: Listed[] = JSON.parse(Deno.readTextFileSync(new URL(list, data)));
    for (const { file, repo, path } of logs.sort((a, b) => a.path < b.path ? -1 : 1)) {
      for (const [event, names] of eventFields(new URL(file, data).pathname)) {
        const fields = [...names].sort();
        if ((best.get(event)?.fields.length ?? -1) >= fields.length) continue;
        best.set(event, { file, source: `${repo}: ${path}`, fields });
      }
    }
  }
  return Object.fromEntries(KINDS.flatMap(({ channel, eventId }) => {
    const event = `${channel} ${eventId}`;
    const found = best.get(event);
    return found ? [[event, found]] : [];
  }));
}

if (import.meta.main) {
  const data = new URL("../../shared/data/", import.meta.url);
  const write = (name: string, found: unknown) =>
    Deno.writeTextFileSync(
      new URL(`../tests/features/${name}.json`, import.meta.url),
      JSON.stringify(found, null, 2) + "\n",
    );
  write("real_files", realFiles(data));
  write("real_events", realEvents(data));
}
