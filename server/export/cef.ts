/**
 * Alerts as ArcSight CEF:0 in an RFC 5424 syslog line, octet-counted for TCP (RFC 6587).
 * @module
 */
import type { Finding } from "./finding.ts";
import { severity } from "./ocsf.ts";

const header = (text: string) => text.replace(/[\\|]/g, "\\$&").replace(/[\r\n]+/g, " ");
const field = (text: string) =>
  text.replace(/[\\=]/g, "\\$&").replace(/\r?\n/g, "\\n").replace(/\r/g, "\\r");

/** CEF severity, 0 to 10, from OCSF's 2 to 5. */
function cefSeverity(p: number): number {
  return severity(p).id * 2;
}

/** Two fields, or none: an empty value takes the next key's name for its own in some readers. */
function techniques(columns: Finding["columns"]): Record<string, string> {
  const found = new Set(columns.flatMap((column) => column.techniques));
  return found.size > 0 ? { cs2Label: "techniques", cs2: [...found].join(",") } : {};
}

/** The finding as one CEF event. */
export function toCef(finding: Finding): string {
  const { alertId, host, user, startMs, p, confidence, columns } = finding;
  const fields: Record<string, string> = {
    externalId: alertId,
    start: String(startMs),
    dvchost: host.name,
    suid: user.pseudonym,
    cat: "Anomaly",
    cs1Label: "entityClass",
    cs1: user.entityClass,
    ...techniques(columns),
    cfp1Label: "pValue",
    cfp1: String(p),
    cfp2Label: "confidence",
    cfp2: String(confidence),
    msg: columns.slice(0, 3).map((column) => column.sentence).join("; "),
  };
  const extension = Object.entries(fields).map(([key, value]) => `${key}=${field(value)}`).join(
    " ",
  );
  const head = ["CEF:0", "Habit", "Habit", "1", "anomaly", "A user's hour unlike their usual ones"];
  return [...head.map(header), cefSeverity(p), extension].join("|");
}

/** The CEF event as an octet-counted syslog frame: facility 13 (log audit), severity notice. */
export function toSyslogFrame(finding: Finding): Uint8Array {
  const time = new Date(finding.raisedMs).toISOString();
  const text = `<109>1 ${time} habit habit - anomaly - \ufeff${toCef(finding)}`;
  const body = new TextEncoder().encode(text);
  return new Uint8Array(Buffer.concat([new TextEncoder().encode(`${body.length} `), body]));
}
