/**
 * Splices real attack logs onto hosts of the estate: machines, accounts and times are mapped, what
 * happened and in which order stays. The logs are read by whoever calls; the estate takes records.
 * @module
 */
import type { Plan, Step } from "./campaigns/plan.ts";
import { DAY_MS } from "./calendar.ts";
import { DEFINITIONS, type EventDefinition, type Value } from "./definitions.ts";
import { type Account, type Host, hostsOf, type Person } from "./model.ts";
import { Random } from "./random.ts";
import { typed } from "./scenario.ts";
import type { Scene } from "./scene.ts";

/** One log to splice in. */
export interface ReplayFile {
  /** Name that the campaign gets. */
  readonly name: string;
  /** ATT&CK technique that it shows. */
  readonly technique: string;
  /** Its events in the JSON form of `evtx_dump -o jsonl`; read once. */
  readonly records: Iterable<unknown>;
}

/** What could not be taken over. */
export interface ReplayReport {
  /** Events laid out. */
  taken: number;
  /** Events left out, by reason. */
  readonly left: Map<string, number>;
}

interface RealEvent {
  readonly definition: EventDefinition;
  readonly timeMs: number;
  readonly computer: string;
  readonly values: readonly [string, string][];
}

type Json = Record<string, unknown>;

function attributes(value: unknown): Json {
  return ((value as Json | null)?.["#attributes"] ?? {}) as Json;
}

function plain(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).join("\n");
  if (typeof value === "object") return plain((value as Json)["#text"]);
  return String(value);
}

/** The table's definition of an event, or one made of what the event holds, all as text. */
class Definitions {
  readonly #made = new Map<string, EventDefinition>();

  of(system: Json, userData: string, names: readonly string[]): EventDefinition {
    const channel = plain(system.Channel);
    const provider = plain(attributes(system.Provider).Name);
    const eventId = Number(plain(system.EventID));
    const known = DEFINITIONS.find((one) =>
      one.channel === channel && one.eventId === eventId && one.provider === provider
    );
    if (known) return known;
    const key = [channel, provider, eventId, userData, ...names].join("|");
    let made = this.#made.get(key);
    if (!made) {
      made = {
        index: -1 - this.#made.size,
        provider,
        providerGuid: plain(attributes(system.Provider).Guid),
        channel,
        eventId,
        version: Number(plain(system.Version) || 0),
        level: Number(plain(system.Level) || 0),
        task: Number(plain(system.Task) || 0) & 0xffff,
        opcode: Number(plain(system.Opcode) || 0) & 0xff,
        keywords: BigInt(plain(system.Keywords) || 0),
        qualifiers: null,
        userData,
        fields: names.map((name) => ({ name, type: "text" })),
      };
      this.#made.set(key, made);
    }
    return made;
  }
}

function read(record: unknown, definitions: Definitions): RealEvent | string {
  const event = (record as { Event?: Json }).Event;
  const system = event?.System as Json | undefined;
  if (!system) return "no System element";
  const timeMs = Date.parse(plain(attributes(system.TimeCreated).SystemTime));
  if (Number.isNaN(timeMs)) return "no time";
  const [userData, body] = event!.UserData
    ? Object.entries(event!.UserData as Json).find(([name]) => !name.startsWith("#")) ?? ["", {}]
    : ["", event!.EventData ?? {}];
  const values = Object.entries(body as Json)
    .filter(([name]) => !name.startsWith("#"))
    .map(([name, value]): [string, string] => [name, plain(value)]);
  const names = values.map(([name]) => name);
  if (values.some(([, value]) => value.length > 12_000)) return "a value over 12000 characters";
  const definition = definitions.of(system, userData as string, names);
  return { definition, timeMs, computer: plain(system.Computer), values };
}

/** Lays real logs out as campaigns, one a log; the report tells what was left out. */
export function planReplay(
  scene: Scene,
  files: Iterable<ReplayFile>,
): { plans: Plan[]; report: ReplayReport } {
  const report: ReplayReport = { taken: 0, left: new Map() };
  const definitions = new Definitions();
  const plans: Plan[] = [];
  for (const file of files) {
    const events: RealEvent[] = [];
    for (const record of file.records) {
      const event = read(record, definitions);
      if (typeof event !== "string") events.push(event);
      else report.left.set(event, (report.left.get(event) ?? 0) + 1);
    }
    if (events.length > 0) plans.push(planFile(scene, file, events, report));
  }
  return { plans, report };
}

/** Real names and the estate's names that stand for them. */
class Mapping {
  readonly host: Host;
  readonly account: Account;
  readonly #scene: Scene;
  readonly #random: Random;
  readonly #hosts = new Map<string, Host>();
  readonly #words = new Map<string, string>();

  constructor(scene: Scene, random: Random, victim: Person, events: readonly RealEvent[]) {
    this.#scene = scene;
    this.#random = random;
    this.host = victim.host;
    this.account = victim.account;
    const counts = new Map<string, number>();
    for (const { values, computer } of events) {
      this.hostOf(computer);
      for (const { name } of namesIn(values)) counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    const names = [...counts].sort((a, b) => b[1] - a[1]).map(([name]) => name);
    names.forEach((name, i) => this.#mapAccount(name, i, victim, events));
  }

  #mapAccount(name: string, order: number, victim: Person, events: readonly RealEvent[]): void {
    const { people } = this.#scene.estate;
    const admins = people.flatMap((person) => person.adminAccount ?? []);
    const stands = order === 0
      ? victim.account
      : /adm/i.test(name) && admins.length > 0
      ? this.#random.pick(admins)
      : this.#random.pick(people).account;
    this.#words.set(name, stands.name);
    for (const { values } of events) {
      for (const found of namesIn(values)) {
        if (found.name !== name) continue;
        if (found.sid.startsWith("S-1-5-21-")) this.#words.set(found.sid, stands.sid);
        if (found.domain) this.#words.set(found.domain, stands.domain);
      }
    }
  }

  /** The host that stands for a computer: controllers for controllers, the victim's for the first. */
  hostOf(computer: string): Host {
    let host = this.#hosts.get(computer);
    if (!host) {
      const { estate } = this.#scene;
      host = /dc|rootdc/i.test(computer.split(".")[0]!)
        ? hostsOf(estate, "dc")[0]!
        : this.#hosts.size === 0
        ? this.host
        : this.#random.pick(hostsOf(estate, "app", "file", "workstation"));
      this.#hosts.set(computer, host);
      this.#words.set(computer, host.fqdn);
      const short = computer.split(".")[0]!;
      this.#words.set(short, host.name);
      this.#words.set(short.toUpperCase(), host.name);
      this.#words.set(`${short.toUpperCase()}$`, host.account.name);
    }
    return host;
  }

  /** A value with the estate's names in it. */
  text(value: string): string {
    const whole = this.#words.get(value);
    if (whole !== undefined) return whole;
    const [user, realm] = value.split("@");
    if (realm !== undefined && this.#words.has(user!)) {
      return `${this.#words.get(user!)}@${this.#scene.estate.domain.dns.toUpperCase()}`;
    }
    const cut = value.lastIndexOf("\\");
    if (cut > 0 && !value.includes(":") && !value.startsWith("\\")) {
      const name = this.#words.get(value.slice(cut + 1));
      if (name !== undefined) return `${this.#scene.estate.domain.netbios}\\${name}`;
    }
    return value.replace(/S-1-5-21-[\d-]+/g, (sid) => this.#words.get(sid) ?? sid);
  }
}

const NO_PERSON =
  /^$|^-$|\$$|^SYSTEM$|^LOCAL SERVICE$|^NETWORK SERVICE$|^ANONYMOUS LOGON$|^DWM-|^UMFD-/i;

/** The accounts that an event names: Subject, Target and Sysmon's User. */
function namesIn(values: readonly [string, string][]) {
  const at = (name: string) => values.find(([key]) => key === name)?.[1] ?? "";
  const [domain, user] = at("User").split("\\");
  return [
    { name: at("SubjectUserName"), sid: at("SubjectUserSid"), domain: at("SubjectDomainName") },
    {
      name: at("TargetUserName").split("@")[0]!,
      sid: at("TargetUserSid") || at("TargetSid"),
      domain: at("TargetDomainName"),
    },
    { name: user ?? "", sid: "", domain: user ? domain! : "" },
  ].filter(({ name }) => !NO_PERSON.test(name));
}

function planFile(
  scene: Scene,
  file: ReplayFile,
  events: readonly RealEvent[],
  report: ReplayReport,
): Plan {
  const { estate, calendar } = scene;
  const random = new Random(estate.seed, "replay", file.name);
  const there = estate.people.filter(({ host, employed }) =>
    host.kind === "workstation" && host.gap === null && host.fromDay === 0 && employed[0] === 0
  );
  const victim = random.pick(there.length > 0 ? there : estate.people);
  const mapping = new Mapping(scene, random, victim, events);
  const day = Math.floor(random.between(0.55, 0.9) * calendar.days);
  const startMs = calendar.at(victim.site, day, random.between(8, 18));
  const firstMs = events.reduce((first, { timeMs }) => Math.min(first, timeMs), Infinity);
  const id = `replay-${file.name}`;
  const label = { campaign: id, technique: file.technique };
  const steps: Step[] = [];
  for (const [i, event] of events.entries()) {
    const timeMs = startMs + event.timeMs - firstMs + random.next();
    if (timeMs > startMs + 2 * DAY_MS) {
      report.left.set(
        "over two days after the first",
        (report.left.get("over two days after the first") ?? 0) + 1,
      );
      continue;
    }
    const strand = scene.strand(new Random(estate.seed, id, i), label);
    const values = fill(event, mapping);
    const host = mapping.hostOf(event.computer);
    report.taken++;
    steps.push({
      timeMs,
      act: () => strand.emitAs(host, event.definition, timeMs, mapping.account, values),
    });
  }
  return {
    id,
    name: "replay",
    title: `Real log ${file.name}`,
    strength: "normal",
    techniques: [file.technique],
    victim: victim.account,
    host: victim.host,
    steps,
  };
}

/** The event's values by name in the types of its definition; names that it lacks are dropped. */
function fill(event: RealEvent, mapping: Mapping): Record<string, Value> {
  const fields: Record<string, Value> = {};
  for (const { name, type } of event.definition.fields) {
    const found = event.values.find(([key]) => key === name);
    if (!found || found[1] === "") continue;
    const text = mapping.text(found[1]);
    try {
      fields[name] = type === "sid" && !/^S-1-/.test(text) ? "S-1-0-0" : typed(text, type, name);
    } catch {
      continue; // an older version of the event has another type there
    }
  }
  return fields;
}
