/** `features`: what event logs become, one row per host, user and hour. @module */
import type { Command } from "commander";
import type { LogFile } from "@/agent/catalogue.ts";
import type { Featuriser } from "@/features/featuriser.ts";
import type { WindowRow } from "@/features/vector.ts";

/** Adds the command. */
export function register(program: Command): void {
  program.command("features")
    .description("Print one row of features per host, user and hour of event logs.")
    .argument("<path...>", "event logs, or folders that hold them")
    .option("--json", "one JSON object a row, with every column that is not 0")
    .option("--offset <minutes>", "the hosts' offset from UTC in minutes", Number, 0)
    .addHelpText(
      "after",
      "\nLogs are read twice, and each hour is printed when it is over, so that a year of logs needs" +
        "\nno more memory than a day; only files whose times run backwards are held longer." +
        "\n\nExample:\n  main.ts features C:\\Logs\\Security.evtx --json",
    )
    .action(run);
}

async function run(
  paths: string[],
  options: { json?: boolean; offset: number },
): Promise<void> {
  const { groupByHost, listFiles, scan } = await import("@/agent/catalogue.ts");
  if (!Number.isInteger(options.offset) || Math.abs(options.offset) > 900) {
    throw new RangeError(
      `Cannot use --offset ${options.offset}: it must be whole minutes in ±900.`,
    );
  }
  const format = await formatter(options.json === true);
  const total: Record<string, number> = { hosts: 0 };
  for (const group of groupByHost(paths.flatMap(listFiles).map(scan))) {
    for await (const featuriser of featurise(group, options.offset, format)) {
      total.hosts++;
      for (const [name, count] of Object.entries(featuriser.report)) {
        total[name] = (total[name] ?? 0) + count;
      }
    }
  }
  const { hosts, events = 0, ...rest } = total;
  const odd = Object.entries(rest).flatMap(([name, count]) =>
    count > 0 ? [`${name} ${count}`] : []
  );
  console.error([`${events} events of ${hosts} hosts counted`, ...odd].join("; "));
}

/**
 * Prints the rows of files that share hosts, read as one stream in the order of time: an hour closes
 * when no file can have more of it, so that memory holds few hours however long the logs are. Gives
 * the hosts' featurisers at the end.
 */
async function* featurise(
  files: readonly LogFile[],
  offsetMinutes: number,
  format: (row: WindowRow) => string,
): AsyncGenerator<Featuriser> {
  const { MergedCursor } = await import("@/agent/merge.ts");
  const { openLog } = await import("@/agent/open_log.ts");
  const { Featuriser, LATENESS_MS, LATEST_MS } = await import("@/features/featuriser.ts");
  const latenessMs = Math.max(LATENESS_MS, ...files.map(({ backMs }) => backMs));
  const hosts = new Map<string, Featuriser>();
  const sources = files.map(({ path, firstMs }) => ({ firstMs, open: () => openLog(path) }));
  using cursor = new MergedCursor(sources, LATEST_MS);
  for (let event = cursor.next(); event; event = cursor.next()) {
    const host = event.computer.toLowerCase();
    let featuriser = hosts.get(host);
    if (!featuriser) {
      featuriser = new Featuriser({ host, latenessMs, offsetMinutes: () => offsetMinutes });
      hosts.set(host, featuriser);
    }
    featuriser.add(event);
    if (featuriser.ready) { for (const row of featuriser.drain()) console.log(format(row)); }
  }
  for (const [, featuriser] of [...hosts].sort()) {
    for (const row of featuriser.finish()) console.log(format(row));
    yield featuriser;
  }
}

/** How a row is printed. */
async function formatter(json: boolean): Promise<(row: WindowRow) => string> {
  const { columnMask, FEATURES } = await import("@/features/schema.ts");
  return (row) => {
    const mask = columnMask(row.channels);
    const filled = FEATURES.flatMap(({ name, wireScale }, i) =>
      mask[i] && row.values[i] !== 0 ? [[name, row.values[i] / wireScale] as const] : []
    );
    const { host, user, entityClass, events } = row;
    const hour = new Date(row.startMs).toISOString().slice(0, 13) + "Z";
    if (json) {
      const masked = FEATURES.filter((_, i) => !mask[i]).map(({ name }) => name);
      const features = Object.fromEntries(filled);
      return JSON.stringify({ host, user, hour, entityClass, events, features, masked });
    }
    const counts = filled.filter(([name]) => !/^(hour|dow)_(sin|cos)$/.test(name))
      .map(([name, value]) => `${name}=${+value.toFixed(3)}`);
    return `${hour}  ${host}  ${user}  ${entityClass}  ${counts.join(" ")}`;
  };
}
