/** `features`: what event logs become, one row per host, user and hour. @module */
import type { Command } from "commander";
import type { WindowRow } from "@/features/vector.ts";

/** Adds the command. */
export function register(program: Command): void {
  program.command("features")
    .description("Print one row of features per host, user and hour of event logs.")
    .argument("<path...>", "event logs, or folders that hold them")
    .option("--json", "one JSON object a row, with every column that is not 0")
    .option("--offset <minutes>", "the hosts' offset from UTC in minutes", Number, 0)
    .addHelpText("after", "\nExample:\n  main.ts features C:\\Logs\\Security.evtx --json")
    .action(run);
}

async function run(
  paths: string[],
  options: { json?: boolean; offset: number },
): Promise<void> {
  const { eventLogs } = await import("@/agent/event_logs.ts");
  const { openLog } = await import("@/agent/open_log.ts");
  const { Featuriser } = await import("@/features/featuriser.ts");
  if (!Number.isInteger(options.offset) || Math.abs(options.offset) > 900) {
    throw new RangeError(
      `Cannot use --offset ${options.offset}: it must be whole minutes in ±900.`,
    );
  }
  const hosts = new Map<string, InstanceType<typeof Featuriser>>();
  for (const path of paths.flatMap(eventLogs)) {
    using cursor = openLog(path);
    for (let event = cursor.next(); event; event = cursor.next()) {
      const host = event.computer.toLowerCase();
      let featuriser = hosts.get(host);
      if (!featuriser) {
        // Files come one after the other, not by time: no hour closes before all are read.
        featuriser = new Featuriser({
          host,
          latenessMs: Infinity,
          offsetMinutes: () => options.offset,
        });
        hosts.set(host, featuriser);
      }
      featuriser.add(event);
    }
  }
  const total: Record<string, number> = {};
  for (const [, featuriser] of [...hosts].sort()) {
    for (const row of featuriser.finish()) await print(row, options.json === true);
    for (const [name, count] of Object.entries(featuriser.report)) {
      total[name] = (total[name] ?? 0) + count;
    }
  }
  const { events = 0, duplicates, impossibleTime, badFields, clockSteps, estimatedHours } = total;
  const odd = Object.entries({ duplicates, impossibleTime, badFields, clockSteps, estimatedHours })
    .flatMap(([name, count]) => count > 0 ? [`${name} ${count}`] : []);
  console.error([`${events} events of ${hosts.size} hosts counted`, ...odd].join("; "));
}

async function print(row: WindowRow, json: boolean): Promise<void> {
  const { columnMask, FEATURES } = await import("@/features/schema.ts");
  const mask = columnMask(row.channels);
  const filled = FEATURES.flatMap(({ name, wireScale }, i) =>
    mask[i] && row.values[i] !== 0 ? [[name, row.values[i] / wireScale] as const] : []
  );
  const { host, user, entityClass, events } = row;
  const hour = new Date(row.startMs).toISOString().slice(0, 13) + "Z";
  if (json) {
    const masked = FEATURES.filter((_, i) => !mask[i]).map(({ name }) => name);
    const features = Object.fromEntries(filled);
    console.log(JSON.stringify({ host, user, hour, entityClass, events, features, masked }));
  } else {
    const counts = filled.filter(([name]) => !/^(hour|dow)_(sin|cos)$/.test(name))
      .map(([name, value]) => `${name}=${+value.toFixed(3)}`);
    console.log(`${hour}  ${host}  ${user}  ${entityClass}  ${counts.join(" ")}`);
  }
}
