/**
 * Brings alerts to where they are wanted: due deliveries are taken, sent, and tried again with
 * doubling pauses; whoever is killed on the way sends again, under the same id.
 * @module
 */
import { createHmac } from "node:crypto";
import { getLogger } from "@logtape/logtape";
import type { Sql } from "@/db/open.ts";
import { unlock } from "@/server/privacy/secret_box.ts";
import { toSyslogFrame } from "./cef.ts";
import { type Finding, findingOf } from "./finding.ts";
import { toOcsf } from "./ocsf.ts";

const log = getLogger(["habit", "export"]);

/** Kinds of targets. */
export const TARGET_KINDS = ["ocsf", "cef", "webhook"] as const;
/** One of {@link TARGET_KINDS}. */
export type TargetKind = typeof TARGET_KINDS[number];

/** Where to send. */
export interface Target {
  /** Row id; also the context that its secret is locked under. */
  readonly id: string;
  /** Form of what is sent. */
  readonly kind: TargetKind;
  /** https:// (http:// on loopback) for ocsf and webhook, tcp://host:port for cef. */
  readonly url: string;
  /** Key of the signature, in clear. */
  readonly secret: string | undefined;
}

const TIMEOUT_MS = 10_000;
const MAX_ATTEMPTS = 12; // about 34 h with pauses of 30 s doubling to 6 h
const AT_ONCE = 50;
const LEASE = "2 minutes"; // a sender that was killed frees its deliveries after this

/** Pause before attempt `attempts + 1`, seconds. */
export function pauseSeconds(attempts: number): number {
  return Math.min(21_600, 30 * 2 ** attempts);
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Checks an address. @throws RangeError saying what kind of address the target takes. */
export function checkTarget(kind: TargetKind, url: string): void {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const secure = address?.protocol === "https:" ||
    (address?.protocol === "http:" && LOOPBACK.test(address.hostname));
  const clear = address && address.username === "" && address.password === "";
  if (kind === "cef" ? address?.protocol === "tcp:" && address.port !== "" : secure && clear) {
    return;
  }
  throw new RangeError(
    kind === "cef"
      ? "A CEF target is written tcp://host:port"
      : "A target is written https://host/path, without a password in it",
  );
}

/**
 * Signature of a webhook's body: `t=SECONDS,v1=HEX`, HEX = HMAC-SHA-256(secret, `SECONDS.BODY`), so
 * that a receiver can refuse what is old.
 */
export function webhookSignature(secret: string, body: string, seconds: number): string {
  const mac = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${mac}`;
}

async function sendCef(url: string, finding: Finding): Promise<void> {
  const { hostname, port } = new URL(url.replace(/^tcp:/, "http:"));
  const abort = AbortSignal.timeout(TIMEOUT_MS);
  using connection = await Deno.connect({ hostname, port: Number(port || 80), signal: abort });
  const writer = connection.writable.getWriter();
  await writer.write(toSyslogFrame(finding));
  await writer.close();
}

async function sendHttp(target: Target, finding: Finding, nowMs: number): Promise<void> {
  const body = JSON.stringify(target.kind === "ocsf" ? toOcsf(finding) : finding);
  const headers = new Headers({
    "content-type": "application/json",
    "habit-delivery": finding.alertId,
  });
  if (target.secret !== undefined) {
    headers.set("habit-signature", webhookSignature(target.secret, body, Math.floor(nowMs / 1000)));
  }
  const response = await fetch(target.url, {
    method: "POST",
    headers,
    body,
    redirect: "error", // a redirect could lead into the network that the server stands in
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`The target answered ${response.status}`);
}

/** Sends one finding. @throws Error if the target did not take it. */
export async function send(target: Target, finding: Finding, nowMs: number): Promise<void> {
  if (target.kind === "cef") await sendCef(target.url, finding);
  else await sendHttp(target, finding, nowMs);
}

interface Due {
  readonly id: string;
  readonly alertId: string;
  readonly attempts: number;
  readonly targetId: string;
  readonly kind: TargetKind;
  readonly url: string;
  readonly secret: Uint8Array | null;
}

/** Takes what is due, under a lease, oldest first; other senders take other rows. */
function takeDue(sql: Sql): Promise<Due[]> {
  return sql<Due[]>`
    with taken as (
      select id from deliveries
      where next_attempt <= now()
      order by next_attempt
      limit ${AT_ONCE}
      for update skip locked
    )
    update deliveries d
    set attempts = attempts + 1, next_attempt = now() + ${LEASE}::interval
    from taken, export_targets t
    where d.id = taken.id and t.id = d.target_id
    returning d.id, d.alert_id as "alertId", d.attempts, t.id as "targetId", t.kind, t.url, t.secret`;
}

/** What one round came to. */
export interface Delivered {
  /** Taken by their targets. */
  readonly sent: number;
  /** Will be tried again, or given up after the last attempt. */
  readonly failed: number;
}

async function deliver(sql: Sql, key: Uint8Array, due: Due, nowMs: number): Promise<boolean> {
  try {
    const secret = due.secret ? unlock(due.secret, key, due.targetId) : undefined;
    const finding = await findingOf(sql, due.alertId);
    if (finding) {
      await send({ id: due.targetId, kind: due.kind, url: due.url, secret }, finding, nowMs);
    }
    await sql`
      update deliveries set next_attempt = null, delivered_at = now(), last_error = null
      where id = ${due.id}`;
    return true;
  } catch (error) {
    const message = error instanceof Error ? error.message.slice(0, 500) : "unknown";
    const again = due.attempts < MAX_ATTEMPTS ? pauseSeconds(due.attempts) : null;
    await sql`
      update deliveries
      set last_error = ${message}, next_attempt = now() + ${again}::int * interval '1 second'
      where id = ${due.id}`;
    log.warn("An alert was not taken by its target; it stays due.", {
      target: due.targetId,
      message,
    });
    return false;
  }
}

/** Sends all that is due now; call it from a job every few seconds. `key` opens targets' secrets. */
export async function deliverDue(sql: Sql, key: Uint8Array, nowMs: number): Promise<Delivered> {
  let [sent, failed] = [0, 0];
  for (;;) {
    const due = await takeDue(sql);
    const taken = await Promise.all(due.map((each) => deliver(sql, key, each, nowMs)));
    sent += taken.filter(Boolean).length;
    failed += taken.filter((it) => !it).length;
    if (due.length < AT_ONCE) return { sent, failed };
  }
}
