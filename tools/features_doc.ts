/**
 * Writes docs/features.md from the schema: `deno run -A tools/features_doc.ts`. A test compares.
 * @module
 */
import { BLOCKS, type Column, FEATURES, SCHEMA_ID } from "@/features/schema.ts";

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
  const { name, phrase, rule, unit, wireScale, mask, attack, scope, events } = feature;
  const said = rule === "" ? phrase : `${phrase}: ${rule}`;
  const wire = wireScale === 1 ? "integer" : `× ${wireScale}`;
  const cells = [cell(said), unit, wire, mask.join(", "), attack.join(", "), scope];
  return `| ${index} | \`${name}\` | ${cells.join(" | ")} | ${cell(events.join(", "))} |`;
}

/** The page about the columns. */
export function featuresPage(): string {
  const parts = [
    "# The 128 columns",
    `Schema \`${SCHEMA_ID}\`, written from \`features/schema.ts\` by \`tools/features_doc.ts\`: one vector per user and hour on one host, and one for the host itself. A column counts where at least one of its mask channels is audited; elsewhere it is left out of training, score and explanation. Technique numbers are those of ATT&CK before version 19.`,
  ];
  for (const block of Object.keys(TITLES)) {
    const rows = FEATURES.flatMap((feature, i) => BLOCKS[i] === block ? [row(feature, i)] : []);
    parts.push(
      `## ${block}. ${TITLES[block]}`,
      [
        "| | column | what it counts | unit | wire | mask channels | techniques | row | events |",
        "| - | - | - | - | - | - | - | - | - |",
        ...rows,
      ].join("\n"),
    );
  }
  return `<!-- deno-fmt-ignore-file -->\n\n${parts.join("\n\n")}\n`;
}

if (import.meta.main) await Deno.writeTextFile("docs/features.md", featuresPage());
