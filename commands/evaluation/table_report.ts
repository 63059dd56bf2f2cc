/**
 * `evaluate report`: the section on labelled tables. A long evaluation may run in pieces, some tables
 * each: their figures are put together before means and intervals are taken.
 * @module
 */
import { SELECTED, summarise, type TableFigure, type TableSummary } from "./table.ts";

/** What `evaluate table` prints that the section is made from. */
export interface TableLine {
  readonly case: string;
  readonly date?: string;
  readonly detector?: string;
  readonly value?: number | null;
  readonly options?: Record<string, unknown>;
}

/** What the GAN's training must beat. */
const [GAN, CONTROL] = ["GAN, feature layer", "GAN untrained, feature layer"];

/** The section of all runs together. */
export function tableSection(lines: readonly TableLine[]): string {
  const runs = lines.filter((line) => line.case === "run");
  const dates = [...new Set(runs.map(({ date }) => date))].sort();
  const figures = figuresOf(lines);
  const tables = [...new Set(figures.map(({ table }) => table))].sort();
  const { files: _, ...asked } = runs[0]?.options ?? {};
  const parts = [
    `## Labelled tables, ${dates.join(" and ")}`,
    `Asked: \`${JSON.stringify({ ...asked, tables: tables.length })}\``,
    "Half of a table's normal rows train, 1,500 at most; the other half and at most a quarter as many strange rows test. `habit` is autoencoder, GAN and neighbours fused; on hosts rarity stands in the place of neighbours ([decision 0070](decisions/0070-neighbours-beside-the-nets.md)). Lead is habit's; its intervals are bootstraps over tables. PyOD's are its defaults.",
    leads("detector", summarise(figures)),
  ];
  const control = summarise(figures, GAN).find(({ detector }) => detector === CONTROL);
  if (control) {
    const { auc, ap } = control.lead;
    parts.push(
      `The GAN's lead over the same layer of the same discriminator before its first step, read the same way: ROC AUC ${
        interval(auc)
      }, average precision ${interval(ap)}.`,
    );
  }
  return [...parts, eachTable(figures, tables)].join("\n\n");
}

function figuresOf(lines: readonly TableLine[]): TableFigure[] {
  const figures = new Map<string, TableFigure>();
  for (const { case: name, detector, value } of lines) {
    const [, table, seed, key] = /^(.+)\/(\d+)\/(auc|ap)$/.exec(name) ?? [];
    if (table === undefined || detector === undefined) continue;
    const id = `${table}/${seed}/${detector}`;
    const known = figures.get(id) ?? { table, seed: Number(seed), detector, auc: NaN, ap: NaN };
    figures.set(id, { ...known, [key]: value ?? NaN });
  }
  return [...figures.values()];
}

function leads(head: string, lines: readonly TableSummary[]): string {
  return [
    `| ${head} | ROC AUC | average precision | lead in AUC [95 %] | lead in AP [95 %] |`,
    "|---|---|---|---|---|",
    ...lines.map(({ detector, auc, ap, lead }) =>
      `| ${detector} | ${auc.toFixed(3)} | ${ap.toFixed(3)} | ${interval(lead.auc)} | ${
        interval(lead.ap)
      } |`
    ),
  ].join("\n");
}

function interval({ mean, low, high }: TableSummary["lead"]["auc"]): string {
  return `${mean.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`;
}

/** Each table's means, of ours and the rivals that the goals name. */
function eachTable(figures: readonly TableFigure[], tables: readonly string[]): string {
  const named = [
    SELECTED,
    "autoencoder",
    GAN,
    "neighbours",
    "5th nearest neighbour, log and min-max",
    "PyOD LUNAR",
  ].filter((name) => figures.some(({ detector }) => detector === name));
  const cell = (table: string, name: string) => {
    const own = figures.filter((one) => one.table === table && one.detector === name);
    const mean = (key: "auc" | "ap") =>
      (own.reduce((sum, one) => sum + one[key], 0) / own.length).toFixed(3);
    return `${mean("auc")} / ${mean("ap")}`;
  };
  return [
    `| ROC AUC / average precision | ${named.join(" | ")} |`,
    `|---|${named.map(() => "---|").join("")}`,
    ...tables.map((table) =>
      `| ${table} | ${named.map((name) => cell(table, name)).join(" | ")} |`
    ),
  ].join("\n");
}
