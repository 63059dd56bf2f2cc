/**
 * Writes the tables of docs/features.md from the schema: `deno run -A tools/features_doc.ts`. A test
 * compares.
 * @module
 */
import realFiles from "@/tests/features/real_files.json" with { type: "json" };
import { PRIVILEGED_GROUPS } from "@/features/lists.ts";
import { BLOCKS, type Column, FEATURES, SCHEMA_ID } from "@/features/schema.ts";
import type { RealFile } from "./feature_files.ts";

const TITLES: Readonly<Record<string, string>> = {
  A: "Time and rhythm",
  B: "Volume and mix of events",
  C: "Logons",
  D: "Failures",
  E: "Novelty of sources and users",
  F: "Reach to other hosts",
  G: "Kerberos, NTLM and replication",
  H: "Privileges and accounts",
  I: "Programs",
  J: "PowerShell",
  K: "Persistence",
  L: "Defence evasion and data",
};

const cell = (text: string) => text.replaceAll("|", "\\|").replace(/[<>*_]/g, "\\$&");

function row(feature: Column, index: number): string {
  const { name, phrase, rule, unit, wireScale, mask, attack, scope, events, fields } = feature;
  const said = rule === "" ? phrase : `${phrase}: ${rule}`;
  const wire = wireScale === 1 ? "integer" : `× ${wireScale}`;
  const cells = [cell(said), unit, wire, mask.join(", "), attack.join(", "), scope];
  return `| ${index} | \`${name}\` | ${cells.join(" | ")} | ${cell(events.join(", "))} | ${
    fields.join(", ")
  } |`;
}

/** What stands above this in docs/features.md is written by hand. */
const GENERATED = "<!-- From here on written by tools/features_doc.ts -->";
const REAL_FILES: Readonly<Record<string, RealFile>> = realFiles;

function columnTables(): string[] {
  const parts = [
    `## The columns of \`${SCHEMA_ID}\``,
    "A column counts where at least one of its mask channels is audited; elsewhere it is left out of training, score and explanation. Technique numbers are those of ATT&CK before version 19.",
  ];
  for (const block of Object.keys(TITLES)) {
    const rows = FEATURES.flatMap((feature, i) => BLOCKS[i] === block ? [row(feature, i)] : []);
    parts.push(
      `### ${block}. ${TITLES[block]}`,
      [
        "| | column | what it counts | unit | wire | mask channels | techniques | row | events | fields |",
        "| - | - | - | - | - | - | - | - | - | - |",
        ...rows,
      ].join("\n"),
    );
  }
  return parts;
}

function groups(): string[] {
  const rows = PRIVILEGED_GROUPS.map(({ name, rid, sid, admins }) =>
    `| ${name} | ${sid ?? `S-1-5-21-…-${rid}`} | ${admins ? "yes" : ""} |`
  );
  return [
    "## Groups that give power",
    "An addition to one of them fills `priv_group_add`, as one to DnsAdmins does by its name; members of those that are marked are admins.",
    ["| group | SID | admins |", "| - | - | - |", ...rows].join("\n"),
  ];
}

function realLogs(): string[] {
  const unseen = FEATURES.filter(({ name }) => !(name in REAL_FILES)).map(({ name }) =>
    `\`${name}\``
  );
  const rows = Object.entries(REAL_FILES).map(([name, { source, label }]) =>
    `| \`${name}\` | ${label.replace("|", ", ")} | ${cell(source)} |`
  );
  return [
    "## Seen in real logs",
    `For each column a published log that fills it, one labelled with the column's technique where there is one (\`tools/feature_files.ts\` finds them, a test reads them again). No published log at hand fills ${
      unseen.join(", ")
    }: these have known values only (tests/features/known_values.ts).`,
    ["| column | label | log |", "| - | - | - |", ...rows].join("\n"),
  ];
}

/** The page about the columns: its hand-written head, and what follows from the schema. */
export function featuresPage(page: string): string {
  const head = page.slice(0, page.indexOf(GENERATED)).trimEnd();
  return `${[head, GENERATED, ...columnTables(), ...groups(), ...realLogs()].join("\n\n")}\n`;
}

if (import.meta.main) {
  const page = await Deno.readTextFile("docs/features.md");
  await Deno.writeTextFile("docs/features.md", featuresPage(page));
}
