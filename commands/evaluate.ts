/**
 * `evaluate`: how well the detectors detect, beside plain rivals. Tables for people go to standard
 * error, one JSON object a figure to standard output.
 * @module
 */
import { type Command, InvalidArgumentError } from "commander";

interface TableFlags {
  label: string;
  protocol: "normal-only" | "contaminated";
  seeds: number;
  peers: boolean;
}

interface EstateFlags {
  simulate?: number[];
  hosts: number;
  users: number;
  days: number;
  budget: number;
  seed: number;
  steps: number;
  retrain: number;
  rivals: boolean;
  coldStart?: number[];
  poison?: boolean;
}

/** Adds the command. */
export function register(program: Command): void {
  const evaluate = program.command("evaluate")
    .description("Measure detection: on labelled tables, simulated estates, real attack logs.");
  evaluate.command("table")
    .description("ROC AUC and average precision of every detector on labelled tables.")
    .argument("<file...>", ".npz with arrays X and y, or .csv")
    .option("--label <column>", "the column of labels in a CSV; above 0 is strange", "y")
    .option("--protocol <name>", "normal-only or contaminated training", protocol, "normal-only")
    .option("--seeds <n>", "splits and initial weights", whole, 3)
    .option("--peers", "PyOD's detectors beside ours (python3 with pyod)", false)
    .addHelpText("after", "\nExample:\n  main.ts evaluate table 6_cardio.npz --seeds 3")
    .action(table);
  evaluate.command("estate")
    .description("Campaigns found at a budget of false alerts, on test weeks after training ones.")
    .argument("[folder]", "an estate written by `main.ts estate`; without it one is played")
    .option("--simulate <seeds>", "seeds of estates to play, separated by commas", seeds)
    .option("--hosts <n>", "machines of a played estate", whole, 30)
    .option("--users <n>", "people of a played estate", whole, 60)
    .option("--days <n>", "length of a played estate", whole, 45)
    .option("--budget <n>", "false alerts a day for 1,000 users", Number, 9)
    .option("--seed <n>", "seed of training", whole, 1)
    .option("--steps <n>", "training steps of the autoencoder; the GAN has half", whole, 2000)
    .option(
      "--cold-start <days>",
      "judge every host on its first day, with so many days of logs read back: 0,7",
      days,
    )
    .option("--poison", "train with 0, 1, 5, 10 % attack windows, with and without trimming")
    .option("--no-rivals", "leave plain methods out: half the time")
    .option("--retrain <days>", "how often models are trained anew in the test weeks", whole, 7)
    .addHelpText("after", "\nExample:\n  main.ts evaluate estate --simulate 101,102 --budget 9")
    .action(estate);
  evaluate.command("logs")
    .description("Percentile of real attack logs' strangest window among an estate's benign ones.")
    .argument("<folder>", "attack logs: .evtx, or captures as JSON")
    .requiredOption("--background <folder>", "an estate written by `main.ts estate`")
    .option("--steps <n>", "training steps of the autoencoder; the GAN has half", whole, 2000)
    .option("--seed <n>", "seed of training", whole, 1)
    .addHelpText("after", "\nExample:\n  main.ts evaluate logs attacks --background estate")
    .action(logs);
  evaluate.command("report")
    .description("Write what the other commands printed as a page of Markdown.")
    .argument("<file...>", "their standard output, one file a run; tables may come in pieces")
    .option("--into <page>", "replace the sections of the same kinds on this page")
    .addHelpText("after", "\nExample:\n  main.ts evaluate report estate.jsonl > docs/quality.md")
    .action(report);
}

async function report(files: string[], { into }: { into?: string }): Promise<void> {
  const { markdown } = await import("./evaluation/report.ts");
  const runs = files.map((file) => Deno.readTextFileSync(file));
  if (into === undefined) console.log(markdown(runs));
  else Deno.writeTextFileSync(into, markdown(runs, Deno.readTextFileSync(into)) + "\n");
}

function whole(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

function seeds(text: string): number[] {
  return text.split(",").map(whole);
}

function days(text: string): number[] {
  return text.split(",").map((one) => one === "0" ? 0 : whole(one));
}

function protocol(text: string): TableFlags["protocol"] {
  if (text === "normal-only" || text === "contaminated") return text;
  throw new InvalidArgumentError("It must be normal-only or contaminated.");
}

async function table(files: string[], flags: TableFlags): Promise<void> {
  const { evaluateTables } = await import("./evaluation/table.ts");
  const { startPeers } = await import("./evaluation/peers.ts");
  await using peers = flags.peers ? await startPeers() : undefined;
  printRun("evaluate-table", {
    ...flags,
    files: files.map((file) => file.replace(/^.*[\\/]/, "")),
    ...(peers && { peers: peers.versions }),
  });
  for (const [name, reason] of Object.entries(peers?.missing ?? {})) {
    console.error(`${name} is left out: ${reason}`);
  }
  const figures = [];
  for await (const figure of evaluateTables(files, { ...flags, peers })) {
    figures.push(figure);
    const { table, seed, detector, auc, ap } = figure;
    print({ bench: "evaluate-table", case: `${table}/${seed}/auc`, detector, value: auc });
    print({ bench: "evaluate-table", case: `${table}/${seed}/ap`, detector, value: ap });
  }
  await printTables(figures, files.length, flags);
}

async function printTables(
  figures: readonly import("./evaluation/table.ts").TableFigure[],
  tables: number,
  flags: TableFlags,
): Promise<void> {
  const { SELECTED, summarise } = await import("./evaluation/table.ts");
  const lines = summarise(figures);
  const ours = lines.find(({ detector }) => detector === SELECTED)!;
  for (const { detector, auc, ap, lead } of lines) {
    for (const [key, value, peerValue] of [["auc", ours.auc, auc], ["ap", ours.ap, ap]] as const) {
      const { mean, low, high } = lead[key];
      print({
        bench: "evaluate-table",
        case: `mean-${key}`,
        value,
        unit: key,
        peer: detector,
        peerValue,
        ratio: value / peerValue,
        lead: { mean, low, high },
      });
    }
  }
  console.error(`\nMean of ${tables} tables × ${flags.seeds} seeds, ${flags.protocol}:`);
  console.error("   AUC     AP   habit's lead in AUC [95 %]   in AP [95 %]           detector");
  for (const { detector, auc, ap, lead } of lines) {
    console.error(
      `${auc.toFixed(3).padStart(6)} ${ap.toFixed(3).padStart(6)}   ${interval(lead.auc)}   ${
        interval(lead.ap)
      }   ${detector}`,
    );
  }
}

function interval({ mean, low, high }: { mean: number; low: number; high: number }): string {
  const text = (value: number) => (value >= 0 ? "+" : "") + value.toFixed(3);
  return `${text(mean)} [${text(low)}, ${text(high)}]`;
}

async function estate(folder: string | undefined, flags: EstateFlags): Promise<void> {
  const { scoreEstate, SELECTED } = await import("./evaluation/estate_scores.ts");
  const { figuresOf } = await import("./evaluation/estate_figures.ts");
  const { riskFigures } = await import("./evaluation/estate_risk.ts");
  const { simulatedEstate } = await import("./evaluation/estate_rows.ts");
  const { estateFromFolder } = await import("./evaluation/estate_folder.ts");
  const { hosts, users, days, steps, coldStart = [] } = flags;
  if (folder !== undefined && (coldStart.length > 0 || flags.poison)) {
    throw new Error("Cannot play a written estate again: use --simulate.");
  }
  printRun("evaluate-estate", folder === undefined ? flags : { ...flags, folder });
  const sources = folder === undefined
    ? (flags.simulate ?? [1]).map((seed) => () => simulatedEstate({ hosts, users, days, seed }))
    : [() => estateFromFolder(folder)];
  const first = new Map<string, import("./evaluation/estate_figures.ts").Run[]>();
  const poisoned = new Map<string, import("./evaluation/estate_figures.ts").Run[]>();
  const add = (to: typeof first, name: string, run: import("./evaluation/estate_figures.ts").Run) =>
    to.set(name, [...to.get(name) ?? [], run]);
  const runs: import("./evaluation/estate_figures.ts").Run[] = [];
  for (const source of sources) {
    const estate = source();
    const startMs = Date.parse(estate.truth.start);
    const untilMs = startMs + estate.truth.days * 86_400_000;
    // Campaigns begin after three fifths of an estate's days.
    const fromMs = startMs + Math.floor(estate.truth.days * 0.6) * 86_400_000;
    const training = { autoencoder: { steps }, gan: { steps: Math.ceil(steps / 2) } };
    const spells = { fromMs, untilMs, everyMs: flags.retrain * 86_400_000 };
    const options = { seed: flags.seed, ...training };
    const windows = await scoreEstate(estate, spells, options, flags.rivals);
    runs.push({ estate, windows, fromMs, untilMs });
    const played = { hosts, users, days, seed: estate.truth.seed };
    if (coldStart.length > 0) {
      const { newcomers } = await import("./evaluation/estate_cold.ts");
      const late = await newcomers(played, runs.at(-1)!, spells, coldStart, options);
      const names = coldStart.map((days) => `first day, ${days} days read back`);
      late.forEach((run, i) => add(first, ["all history", ...names][i], run));
    }
    if (flags.poison) {
      const { POISONINGS, poisonedRuns } = await import("./evaluation/estate_poison.ts");
      const spoiled = await poisonedRuns(played, estate, spells, options);
      spoiled.forEach((run, i) => add(poisoned, POISONINGS[i].name, run));
    }
    const date = (ms: number) => new Date(ms).toISOString().slice(0, 10);
    console.error(
      `Estate ${estate.truth.seed}: ${estate.hosts.size} hosts, ${estate.events} events; training ${
        date(startMs)
      } to ${date(fromMs)} (its last third calibrates), test to ${
        date(untilMs)
      }, trained anew every ${flags.retrain} days`,
    );
  }
  const names = Object.keys(runs[0].windows[0].p);
  const all = names.map((name) => figuresOf(runs, name, flags.budget));
  printCompared("evaluate-estate", all, names.indexOf(SELECTED));
  for (const [prefix, variants] of [["first-day", first], ["poisoned", poisoned]] as const) {
    if (variants.size === 0) continue;
    const figures = [...variants].map(([detector, runs]) =>
      figuresOf(runs, SELECTED, flags.budget).map((figure) => (
        { ...figure, detector, case: `${prefix}-${figure.case}` }
      ))
    );
    printRun(`evaluate-${prefix}`, flags);
    printCompared(`evaluate-${prefix}`, figures, 0);
    printEstate(figures);
  }
  const byRisk = riskFigures(runs);
  printRun("evaluate-risk", flags);
  printCompared("evaluate-risk", byRisk, 0);
  console.error(`\nAt ${flags.budget} false alerts a day for 1,000 users:`);
  printEstate(all);
  console.error("\nBy user risk, at one false alarm for so many user-days:");
  printEstate(byRisk);
}

/** Every detector's figures on standard output, beside those of ours. */
function printCompared(
  bench: string,
  all: readonly (readonly import("./evaluation/estate_figures.ts").Figure[])[],
  own: number,
): void {
  for (const figures of all) {
    for (const [i, { detector, value, low, high, n, ...figure }] of figures.entries()) {
      print({
        bench,
        case: figure.case,
        value: all[own][i].value,
        unit: figure.unit,
        peer: detector,
        peerValue: value,
        ratio: all[own][i].value / value,
        n,
        ...(low !== undefined && { peerLow: low, peerHigh: high }),
      });
    }
  }
}

function printEstate(
  all: readonly (readonly import("./evaluation/estate_figures.ts").Figure[])[],
): void {
  for (const [i, { case: name, unit, n }] of all[0].entries()) {
    console.error(`\n${name} (${unit}, n = ${n})`);
    for (const figures of all) {
      const { detector, value, low, high } = figures[i];
      const range = low === undefined ? "" : `  [${low.toFixed(2)}, ${high!.toFixed(2)}]`;
      console.error(`  ${value.toFixed(3).padStart(8)}${range}  ${detector}`);
    }
  }
}

async function logs(
  folder: string,
  { background, seed, steps }: { background: string; seed: number; steps: number },
): Promise<void> {
  const { evaluateLogs } = await import("./evaluation/logs.ts");
  const training = { seed, autoencoder: { steps }, gan: { steps: Math.ceil(steps / 2) } };
  printRun("evaluate-logs", { seed, steps });
  let [files, above] = [0, 0];
  for await (const { file, percentile, columns } of evaluateLogs(folder, background, training)) {
    files++;
    if (percentile > 99) above++;
    print({ bench: "evaluate-logs", case: file, value: percentile, unit: "percentile", columns });
    console.error(`${percentile.toFixed(2).padStart(6)}  ${file}  ${columns.join(", ")}`);
  }
  const value = above / Math.max(1, files);
  print({ bench: "evaluate-logs", case: "above-99th", value, unit: "share of files", n: files });
  console.error(
    `\n${above} of ${files} files have their strangest window above the 99th percentile.`,
  );
}

/** What a run was asked for, and when: the page of a report says it. */
function printRun(bench: string, options: object): void {
  const date = new Date().toISOString().slice(0, 10);
  print({ bench, case: "run", date, options: { ...options } });
}

function print(figure: Record<string, unknown>): void {
  console.log(JSON.stringify(figure));
}
