/**
 * Prints what the demo found: a table for people, or JSON for programs.
 * @module
 */
import type { FolderSummary } from "@/agent/pipeline.ts";
import type { Anomaly } from "./demo_anomalies.ts";
import type { StandIn } from "./demo_models.ts";
import type { Hidden } from "./demo_truth.ts";

/** What to print. */
export interface Found {
  readonly rows: readonly Anomaly[];
  readonly summary: FolderSummary;
  /** What was hidden, where the estate is simulated. */
  readonly found: readonly Hidden[] | undefined;
  /** Only windows since then are in the table; undefined: all. */
  readonly since: string | undefined;
  /** Hosts on which the pooled model stands in. */
  readonly standIns: readonly StandIn[];
  readonly json: boolean;
}

/** Prints it on standard output. */
export function printTable({ rows, summary, found, since, standIns, json }: Found): void {
  if (json) {
    const { events, hosts, files, refused, late } = summary;
    const read = { events, hosts, files, refused: refused.length, late };
    console.log(
      JSON.stringify({ anomalies: rows, hidden: found, pooled: standIns, read }, null, 2),
    );
    return;
  }
  console.log(`\nWhat is strangest${since ? ` since ${since.slice(0, 10)}` : ""}\n`);
  rows.forEach((row, i) => {
    const when = row.start.slice(0, 16).replace("T", " ");
    const who = row.name === "" ? "the host itself" : row.name;
    const sure = row.confidence < 0.5 ? "  (little history)" : "";
    const hours = row.windows.length;
    const hosts = new Set(row.windows.map(({ host }) => host)).size;
    const more = hours === 1 ? "" : `  ${hours} such hours${hosts > 1 ? ` on ${hosts} hosts` : ""}`;
    console.log(
      `${String(i + 1).padStart(2)}. ${when} UTC  ${row.host}  ${who}  p ${
        row.p.toPrecision(2)
      }${sure}${more}`,
    );
    console.log(`    ${row.explanation}`);
  });
  if (rows.length === 0) console.log("None: no window of the logs has a score.");
  if (standIns.length > 0) {
    const [first] = standIns;
    console.log(
      `\nThe pooled model of all hosts stands in on ${standIns.length} hosts, for instance on ` +
        `${first.host}: ${first.reason}.`,
    );
  }
  for (const { reason } of summary.refused) console.log(`Not read: ${reason}`);
  if (found) printHidden(found);
}

function printHidden(found: readonly Hidden[]): void {
  console.log(
    "\nWhat was hidden in the estate, and where the first finding of it ranks\n",
  );
  for (const { campaign, strength, techniques, windows, found: hits, rank } of found) {
    const place = rank === undefined ? "missed: no hour among the 500 strangest" : `rank ${rank}`;
    console.log(
      `  ${campaign.padEnd(40)} ${strength.padEnd(7)} ${place.padEnd(12)} ` +
        `${hits} of ${windows} ${windows === 1 ? "hour" : "hours"}   ${techniques.join(", ")}`,
    );
  }
  const named = found.filter(({ rank }) => rank !== undefined && rank <= 20).length;
  console.log(`\n${named} of ${found.length} campaigns are among the 20 strangest findings.`);
}
