/**
 * `evaluate report`: figures as a page for people.
 * @module
 */

import { tableSection } from "./table_report.ts";

/** One JSON line of `evaluate`. */
interface Line {
  readonly bench: string;
  readonly case: string;
  readonly date?: string;
  readonly options?: Record<string, unknown>;
  readonly value?: number | null;
  readonly unit?: string;
  readonly detector?: string;
  readonly peer?: string;
  readonly peerValue?: number | null;
  readonly peerLow?: number;
  readonly peerHigh?: number;
  readonly lead?: { readonly mean: number; readonly low: number; readonly high: number };
  readonly n?: number;
}

const INTRODUCTION = `# How well Habit detects

Written by \`main.ts evaluate report\` from what \`main.ts evaluate\` printed. Plain rivals stand beside
our score on the same rows, also where they win. \`habit\` is the selected score. Intervals are 95 %
bootstraps, over tables or campaigns. Which goals are missed, by how much and why:
[decision 0032](decisions/0032-what-detection-misses.md).`;

const TITLES: Readonly<Record<string, string>> = {
  "evaluate-table": "Labelled tables",
  "evaluate-estate": "Simulated estates",
  "evaluate-logs": "Real attack logs",
  "evaluate-first-day": "Hosts on their first day after enrolment",
  "evaluate-poisoned": "Attacks in the training windows",
  "evaluate-risk": "User risk",
};

/** What a kind of figures is, where its name does not say. */
const ABOUT: Readonly<Record<string, string>> = {
  "evaluate-first-day":
    "Each host is enrolled anew on every third day, with so many days of logs read back, and judged " +
    'on that day alone; "all history" is what steady models find on the same days of the same ' +
    "hosts. What keeps newcomers quiet, and what it costs: " +
    "[decision 0073](decisions/0073-newcomers.md).",
  "evaluate-risk":
    "Share of campaigns whose actor's risk rises above a threshold from the first event to a week " +
    "after the last, at one false alarm for so many days of honest users. Why the CUSUM: " +
    "[decision 0042](decisions/0042-risk.md).",
};

/**
 * The page: a section for all tables together, and one a run and kind of figures of the rest. On a page that is there
 * (`page`) sections of the same kinds are replaced, and the others stay.
 */
export function markdown(runs: readonly string[], page?: string): string {
  const isTable = (text: string) => text.includes('"bench":"evaluate-table"');
  const tables = runs.filter(isTable).flatMap(parse);
  const sections = runs.filter((text) => !isTable(text))
    .flatMap((text) => [...Map.groupBy(parse(text), ({ bench }) => bench).values()].map(section));
  if (tables.length > 0) sections.push(tableSection(tables));
  if (page === undefined) return [INTRODUCTION, ...sections].join("\n\n");
  const kind = (text: string) => /^## ([^,\n]+)/.exec(text)?.[1];
  const fresh = new Set(sections.map(kind));
  const [head, ...old] = page.trimEnd().split(/^(?=## )/m);
  const place = old.findIndex((text) => fresh.has(kind(text)));
  const kept = old.filter((text) => !fresh.has(kind(text)));
  const before = place < 0 ? kept.length : old.slice(0, place).length;
  return [head, ...kept.slice(0, before), ...sections, ...kept.slice(before)]
    .map((text) => text.trim()).join("\n\n");
}

function parse(text: string): Line[] {
  return text.trim().split("\n").map((line) => JSON.parse(line));
}

function section(lines: readonly Line[]): string {
  const { bench, date, options } = lines.find((line) => line.case === "run") ?? lines[0];
  const heading = `## ${TITLES[bench] ?? bench}${date === undefined ? "" : `, ${date}`}`;
  const asked = options === undefined ? [] : [`Asked: \`${JSON.stringify(options)}\``];
  const body = bench === "evaluate-logs" ? logs(lines) : compared(lines);
  const about = ABOUT[bench] === undefined ? [] : [ABOUT[bench]];
  return [heading, ...about, ...asked, ...body].join("\n\n");
}

/** One table a case: every detector's value, ours among them. */
function compared(lines: readonly Line[]): string[] {
  const withPeers = lines.filter(({ peer }) => peer !== undefined);
  const cases = [...new Set(withPeers.map((line) => line.case))];
  return cases.map((name) => {
    const own = withPeers.filter((line) => line.case === name);
    const unit = own[0].unit ?? "";
    const leads = own.some(({ lead }) => lead);
    const n = own[0].n === undefined ? "" : `, n = ${own[0].n}`;
    const head = `| detector | ${unit}${leads ? " | habit's lead [95 %]" : ""} |`;
    const rule = `|---|---|${leads ? "---|" : ""}`;
    const rows = own.map((line) =>
      `| ${line.peer} | ${number(line.peerValue)}${range(line)}${
        leads ? ` | ${leadOf(line)}` : ""
      } |`
    );
    return [`### ${name} (${unit}${n})`, [head, rule, ...rows].join("\n")].join("\n\n");
  });
}

function logs(lines: readonly Line[]): string[] {
  const total = lines.find((line) => line.case === "above-99th");
  if (!total) return [];
  return [
    `${
      number((total.value ?? 0) * 100)
    } % of ${total.n} files have their strangest window above the 99th percentile of the benign windows of their class.`,
  ];
}

function number(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : value.toFixed(3);
}

function range({ peerLow, peerHigh }: Line): string {
  return peerLow === undefined ? "" : ` [${number(peerLow)}, ${number(peerHigh)}]`;
}

function leadOf({ lead }: Line): string {
  return lead ? `${number(lead.mean)} [${number(lead.low)}, ${number(lead.high)}]` : "";
}
