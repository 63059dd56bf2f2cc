/**
 * Alerts as OCSF Detection Findings (class 2004, schema 1.6.0) with anomaly analyses.
 * @module
 */
import { WINDOW_MS } from "@/features/vector.ts";
import type { Finding } from "./finding.ts";

const VERSION = "1.6.0";
const ANALYSIS = "Deviation Analysis";

/** Severity by how rare: one usual window in 10,000 is high, in 100,000 critical. */
export function severity(p: number): { id: number; name: string } {
  if (p <= 1e-5) return { id: 5, name: "Critical" };
  if (p <= 1e-4) return { id: 4, name: "High" };
  if (p <= 1e-3) return { id: 3, name: "Medium" };
  return { id: 2, name: "Low" };
}

/** How sure, in OCSF's three steps. */
function confidenceStep(confidence: number): { id: number; name: string } {
  if (confidence < 1 / 3) return { id: 1, name: "Low" };
  return confidence < 2 / 3 ? { id: 2, name: "Medium" } : { id: 3, name: "High" };
}

/** A technique as ATT&CK counts it: T1003.001 is a sub-technique of T1003. */
function attack(uid: string): Record<string, { uid: string }> {
  const [technique] = uid.split(".") as [string];
  return uid === technique
    ? { technique: { uid } }
    : { technique: { uid: technique }, sub_technique: { uid } };
}

/** The finding as an OCSF event. */
export function toOcsf(finding: Finding): Record<string, unknown> {
  const { alertId, host, user, startMs, raisedMs, p, score, confidence, columns } = finding;
  const { id, name } = severity(p);
  const sure = confidenceStep(confidence);
  const techniques = [...new Set(columns.flatMap((column) => column.techniques))];
  return {
    class_uid: 2004,
    class_name: "Detection Finding",
    category_uid: 2,
    category_name: "Findings",
    activity_id: 1,
    activity_name: "Create",
    type_uid: 200401,
    type_name: "Detection Finding: Create",
    time: raisedMs,
    start_time: startMs,
    end_time: startMs + WINDOW_MS,
    severity_id: id,
    severity: name,
    status_id: 1,
    status: "New",
    is_alert: true,
    confidence_score: Math.round(confidence * 100),
    confidence_id: sure.id,
    confidence: sure.name,
    message: columns.slice(0, 3).map((column) => column.sentence).join("; "),
    metadata: {
      version: VERSION,
      uid: alertId,
      product: { name: "Habit", vendor_name: "Habit" },
      profiles: ["host"],
    },
    finding_info: {
      uid: alertId,
      title: "A user's hour unlike their usual ones",
      desc: `p-value ${p}, raw score ${score}`,
      created_time: raisedMs,
      first_seen_time: startMs,
      last_seen_time: startMs + WINDOW_MS,
      types: ["Anomaly"],
      analytic: {
        uid: finding.modelId,
        name: "Habit host model",
        type: "Learning (ML/DL)",
        type_id: 4,
      },
      attacks: techniques.map(attack),
    },
    anomaly_analyses: [{
      analysis_targets: [{ name: user.pseudonym, type: user.entityClass }],
      anomalies: columns.map((column) => ({
        observation_parameter: column.name,
        observation_type: ANALYSIS,
        observations: [{ count: 1, value: String(column.value) }],
        observed_pattern: column.sentence,
      })),
      baselines: columns.map((column) => ({
        observation_parameter: column.name,
        observation_type: ANALYSIS,
        observed_pattern: `${column.low} to ${column.high}`,
        observations: [{ count: 1, value: String(column.high) }],
      })),
    }],
    resources: [{ uid: host.id, name: host.name, type: "Host" }],
    evidences: [{ user: { uid: user.pseudonym }, device: { hostname: host.name, type_id: 0 } }],
    device: { hostname: host.name, uid: host.id, type_id: 0, type: "Unknown" },
  };
}
