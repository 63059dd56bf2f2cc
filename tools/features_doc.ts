/**
 * Writes the tables of docs/features.md from the schema: `deno run -A tools/features_doc.ts`. A test
 * compares.
 * @module
 */
import realEvents from "@/tests/features/real_events.json" with { type: "json" };
import realFiles from "@/tests/features/real_files.json" with { type: "json" };
import { KINDS } from "@/features/kinds/all.ts";
import { PRIVILEGED_GROUPS } from "@/features/lists.ts";
import { BLOCKS, type Column, FEATURES, SCHEMA_ID } from "@/features/schema.ts";
import type { RealEvent, RealFile } from "./feature_files.ts";

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

const LEARN = "https://learn.microsoft.com";
const AUDITING =
  `${LEARN}/previous-versions/windows/it-pro/windows-10/security/threat-protection/auditing`;
/** Security events without a page of their own, and the page that speaks of them, if any does. */
const SPOKEN_OF: Readonly<Record<number, string>> = {
  1101: "",
  4728: "audit-security-group-management",
  4756: "audit-security-group-management",
};
/** What says which events a channel has. */
const PAGES: readonly (readonly [channel: RegExp, title: string, url: string])[] = [
  [/Sysmon/, "Sysmon", `${LEARN}/sysinternals/downloads/sysmon`],
  [
    /^Microsoft-Windows-PowerShell/,
    "about_Logging_Windows",
    `${LEARN}/powershell/module/microsoft.powershell.core/about/about_logging_windows`,
  ],
  [
    /^Windows PowerShell/,
    "about_EventLogs",
    `${LEARN}/powershell/module/microsoft.powershell.core/about/about_eventlogs?view=powershell-5.1`,
  ],
  [
    /Defender/,
    "Defender's event ids",
    `${LEARN}/defender-endpoint/troubleshoot-microsoft-defender-antivirus`,
  ],
  [
    /Firewall/,
    "Sigma, firewall-as: the ids of Windows 10 and 11",
    "https://github.com/SigmaHQ/sigma/tree/master/rules/windows/builtin/firewall_as",
  ],
  [
    /AppLocker/,
    "Using Event Viewer with AppLocker",
    `${LEARN}/windows/security/application-security/application-control/app-control-for-business/applocker/using-event-viewer-with-applocker`,
  ],
  [
    /CodeIntegrity/,
    "App Control event ids",
    `${LEARN}/windows/security/application-security/application-control/app-control-for-business/operations/event-id-explanations`,
  ],
];

/** What documents a kind of event; "" where only its provider's manifest does. */
function documentation(channel: string, eventId: number): string {
  if (channel === "Security") {
    const page = SPOKEN_OF[eventId] ?? `event-${eventId}`;
    return page && `[${page}](${AUDITING}/${page})`;
  }
  const [, title, url] = PAGES.find(([pattern]) => pattern.test(channel)) ?? [];
  return url ? `[${title}](${url})` : "";
}

function sources(): string[] {
  const seen: Readonly<Record<string, RealEvent>> = realEvents;
  const kinds = KINDS.toSorted((a, b) =>
    a.channel < b.channel ? -1 : a.channel > b.channel ? 1 : a.eventId - b.eventId
  );
  const rows = kinds.map(({ channel, eventId }) => {
    const real = seen[`${channel} ${eventId}`];
    const fields = real ? real.fields.join(", ") || "none wanted" : "not in them";
    return `| ${channel} ${eventId} | ${documentation(channel, eventId)} | ${fields} |`;
  });
  return [
    "## Sources",
    "Which events are counted, what documents them, and the wanted fields that they have in published logs (a test reads these again). Codes of logons that failed, types of logon and tickets' encryption are those of the pages of 4625, 4624, 4768 and 4769; the parameters of audit policy (%%8448 to %%8459) those of Windows' own messages. Where no page is named, the event's own manifest is what there is.",
    ["| event | documentation | fields in published logs |", "| - | - | - |", ...rows].join("\n"),
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
  return `${
    [head, GENERATED, ...columnTables(), ...groups(), ...sources(), ...realLogs()].join("\n\n")
  }\n`;
}

if (import.meta.main) {
  const page = await Deno.readTextFile("docs/features.md");
  await Deno.writeTextFile("docs/features.md", featuresPage(page));
}
