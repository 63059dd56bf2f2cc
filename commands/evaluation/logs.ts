/**
 * `evaluate logs`: real attack logs against the benign windows of an estate.
 * @module
 */
import { eventLogs } from "@/agent/event_logs.ts";
import { openLog } from "@/agent/open_log.ts";
import { FEATURES } from "@/features/schema.ts";
import { Featuriser } from "@/features/featuriser.ts";
import type { WindowRow } from "@/features/vector.ts";
import { openModel, trainHosts, type TrainHostsOptions } from "@/models/detection.ts";
import { estateFromFolder } from "./estate_folder.ts";
import type { HostRows } from "@/models/host_model.ts";
import { hostRows } from "@/models/host_rows.ts";
import { splitByTime } from "@/models/split.ts";
import { accountOf, selectRows } from "./estate_rows.ts";

/** A log's strangest window. */
export interface LogFigure {
  readonly file: string;
  /** Share in percent of benign windows of the same class that score lower. */
  readonly percentile: number;
  /** The three columns that made its score. */
  readonly columns: readonly string[];
}

/** Scores each log by the fleet's model, as a host that has just been enrolled. */
export async function* evaluateLogs(
  folder: string,
  background: string,
  options: TrainHostsOptions,
): AsyncGenerator<LogFigure> {
  const { hosts } = estateFromFolder(background);
  const training = new Map([["newcomer", hostRows([], accountOf)]]);
  const later: HostRows[] = []; // the last third of the days, which no training sees
  for (const [host, { rows, injections }] of hosts) {
    const clean = Array.from({ length: rows.n }, (_, i) => i).filter((i) => !injections.has(i));
    const benign = selectRows(rows, clean);
    const split = splitByTime(benign.startMs, benign.n);
    training.set(host, selectRows(benign, [...split.training]));
    later.push(selectRows(benign, [...split.heldOut]));
  }
  const model = openModel((await trainHosts(training, options)).get("newcomer")!.bytes);
  const normal: number[][] = [[], [], [], []];
  for (const rows of later) {
    const { score } = model.score(rows);
    score.forEach((value, i) => normal[rows.classes[i]].push(value));
  }
  for (const list of normal) list.sort((a, b) => a - b);
  for (const file of eventLogs(folder)) {
    const rows = hostRows(windowsOf(file), accountOf);
    if (rows.n === 0) continue;
    const { score, topColumns } = model.score(rows);
    const percentiles = Array.from(score, (value, i) => below(normal[rows.classes[i]], value));
    const best = percentiles.indexOf(Math.max(...percentiles));
    const columns = [...topColumns.subarray(best * 5, best * 5 + 3)].map((i) => FEATURES[i].name);
    yield { file: file.replace(/^.*[\\/]/, ""), percentile: percentiles[best], columns };
  }
}

function windowsOf(file: string): WindowRow[] {
  const hosts = new Map<string, Featuriser>();
  try {
    using cursor = openLog(file);
    for (let event = cursor.next(); event; event = cursor.next()) {
      const host = event.computer.toLowerCase();
      if (!hosts.has(host)) hosts.set(host, new Featuriser({ host, latenessMs: Infinity }));
      hosts.get(host)!.add(event);
    }
  } catch (error) {
    console.error(`${file} was left out: ${error instanceof Error ? error.message : error}`);
  }
  return [...hosts.values()].flatMap((featuriser) => featuriser.finish());
}

function below(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return 100 * low / Math.max(1, sorted.length);
}
