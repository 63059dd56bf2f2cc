import assert from "node:assert/strict";
import type { EventView } from "@/features/event.ts";
import { Featuriser } from "@/features/featuriser.ts";
import { PRIVILEGED_GROUPS } from "@/features/lists.ts";
import { security, SUBJECT } from "./known_values.ts";

const BUILT_IN = "S-1-5-21-1-2-3-500";
const BOB = "S-1-5-21-1-2-3-1105";
const logon = (TargetUserSid: string, LogonType: string, hour = 0) =>
  security(4624, { TargetUserSid, LogonType }, { hour });
const groups = (...sids: string[]) =>
  security(4627, {
    TargetUserSid: BOB,
    GroupMembership: sids.map((sid) => `\r\n\t\t%{${sid}}`).join(""),
  });
const added = security(4728, { ...SUBJECT, TargetSid: "S-1-5-21-9-9-9-512" });

/** The class of an account in the last hour that it has. */
function classOf(user: string, events: readonly EventView[]): string {
  const featuriser = new Featuriser({ host: "dc-1.ex.org" });
  for (const event of events) featuriser.add(event);
  return featuriser.finish().findLast((row) => row.user === user)!.entityClass;
}

const CASES: readonly [
  title: string,
  events: readonly EventView[],
  expected: string,
  user?: string,
][] = [
  ["logons at the keyboard", [logon(BOB, "2")], "human"],
  ["logons as a service alone", [logon(BOB, "5")], "service"],
  ["logons by batch alone", [logon(BOB, "4")], "service"],
  ["a service that is also used at the keyboard", [logon(BOB, "5"), logon(BOB, "2")], "human"],
  ["a virtual account", [logon("S-1-5-80-1-2", "2")], "service", "S-1-5-80-1-2"],
  ["an application pool", [logon("S-1-5-82-1-2", "2")], "service", "S-1-5-82-1-2"],
  ["the built-in administrator", [logon(BUILT_IN, "2")], "admin", BUILT_IN],
  ["special privileges", [security(4672, { SubjectUserSid: BOB })], "admin"],
  ["a logon in Users", [groups("S-1-1-0", "S-1-5-32-545")], "human"],
  ["a logon in Administrators", [groups("S-1-1-0", "S-1-5-32-544")], "admin"],
  ["a logon in Domain Admins", [groups("S-1-5-21-9-9-9-512", "S-1-1-0")], "admin"],
  ["a group whose RID only begins so", [groups("S-1-5-21-9-9-9-5121")], "human"],
  ["added to Domain Admins, by whom it may be", [logon(BOB, "2"), added], "human"],
];

for (const [title, events, expected, user = BOB] of CASES) {
  Deno.test(`class by behaviour and group: ${title} -> ${expected}`, () => {
    assert.equal(classOf(user, events), expected);
    assert.equal(classOf(user, events.toReversed()), expected, "in another order");
  });
}

Deno.test("a class stays after a restart, and each group of admins makes one", () => {
  for (const { name, rid, sid = `S-1-5-21-9-9-9-${rid}`, admins } of PRIVILEGED_GROUPS) {
    const first = new Featuriser({ host: "dc-1.ex.org" });
    first.add(groups(sid));
    first.finish();
    const then = new Featuriser({ host: "dc-1.ex.org", state: first.save() });
    then.add(logon(BOB, "2", 2));
    assert.equal(then.finish()[0]!.entityClass, admins ? "admin" : "human", name);
  }
});
