/**
 * Campaigns described as data: steps of events with time, host, user and fields, without code. The
 * form is docs/scenario.schema.json; docs/scenarios/ has examples.
 * @module
 */
import { workday } from "./life/workday.ts";
import type { Plan, Step, Strength } from "./campaigns/plan.ts";
import { STRENGTHS } from "./campaigns/plan.ts";
import {
  type ChannelName,
  definitionOf,
  type EventDefinition,
  type Value,
  type ValueType,
} from "./definitions.ts";
import { type Account, type Host, type HostKind, type Person, ROLES, SYSTEM } from "./model.ts";
import { Random } from "./random.ts";
import { type Fields, luidAt, processId, type Scene } from "./scene.ts";

/** One event, or the same event several times. */
export interface ScenarioStep {
  /** Seconds after the scenario's start; negative for before. */
  readonly offsetSeconds: number;
  /** ATT&CK technique; the scenario's first without it. */
  readonly technique?: string;
  /** `victim` (the victim's machine), a host's name, or a kind with an optional number: `dc`, `file:1`. */
  readonly host?: string;
  /** `victim`, `admin`, `system`, `service:sql`, or an account's name. */
  readonly user?: string;
  /** Full or short name of a channel. */
  readonly channel: string;
  /** EventID. */
  readonly eventId: number;
  /** Values by field name; `{user.name}` and the like are filled in. */
  readonly fields?: Readonly<Record<string, string | number | boolean>>;
  /** Repetition. */
  readonly repeat?: {
    readonly times: number;
    readonly everySeconds: number;
    /** Share by which each wait varies, 0 to 1. */
    readonly jitter?: number;
  };
}

/** A campaign as data. */
export interface Scenario {
  /** Name; letters, digits and hyphens. */
  readonly name: string;
  /** What happens, in words. */
  readonly title: string;
  /** quiet, normal or loud, as its author sees it. */
  readonly strength?: Strength;
  /** ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** Day of the estate, and local hour of the victim; `atWork` moves it into working time. */
  readonly start: { readonly day: number; readonly hour: number; readonly atWork?: boolean };
  /** The victim: a role, or an account's name; anyone without it. */
  readonly victim?: string;
  /** What happens. */
  readonly steps: readonly ScenarioStep[];
}

type Check = (value: unknown, path: string) => void;

function fail(path: string, wanted: string, value: unknown): never {
  const shown = JSON.stringify(value) ?? "nothing";
  throw new SyntaxError(`Cannot read the scenario: ${path} must be ${wanted}, it is ${shown}`);
}

const text: Check = (value, path) => {
  if (typeof value !== "string" || value === "") fail(path, "text", value);
};
const number: Check = (value, path) => {
  if (typeof value !== "number" || !Number.isFinite(value)) fail(path, "a number", value);
};
const boolean: Check = (value, path) => {
  if (typeof value !== "boolean") fail(path, "true or false", value);
};
const techniques: Check = (value, path) => {
  const each = Array.isArray(value) && value.length > 0 &&
    value.every((one) => typeof one === "string" && /^T\d{4}(\.\d{3})?$/.test(one));
  if (!each) fail(path, 'a list of techniques like "T1059.001"', value);
};
const fieldValues: Check = (value, path) => {
  const fine = typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((one) => ["string", "number", "boolean"].includes(typeof one));
  if (!fine) fail(path, "an object of text, numbers, true or false", value);
};

function object(required: Record<string, Check>, optional: Record<string, Check>): Check {
  return (value, path) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      fail(path, "an object", value);
    }
    for (const [name, check] of Object.entries(required)) {
      check((value as Record<string, unknown>)[name], `${path}.${name}`);
    }
    for (const [name, one] of Object.entries(value)) {
      const check = required[name] ?? optional[name];
      const known = [...Object.keys(required), ...Object.keys(optional)].join(", ");
      if (!check) fail(`${path}.${name}`, `one of ${known}`, one);
      check(one, `${path}.${name}`);
    }
  };
}

const checkStep = object({ offsetSeconds: number, channel: text, eventId: number }, {
  technique: text,
  host: text,
  user: text,
  fields: fieldValues,
  repeat: object({ times: number, everySeconds: number }, { jitter: number }),
});

const checkScenario = object({
  name: (value, path) => {
    if (typeof value !== "string" || !/^[a-z0-9-]+$/.test(value)) {
      fail(path, "lower-case letters, digits and hyphens", value);
    }
  },
  title: text,
  techniques,
  start: object({ day: number, hour: number }, { atWork: boolean }),
  steps: (value, path) => {
    if (!Array.isArray(value) || value.length === 0) fail(path, "a list of steps", value);
    value.forEach((step, i) => checkStep(step, `${path}[${i}]`));
  },
}, {
  $schema: text,
  victim: text,
  strength: (value, path) => {
    if (!STRENGTHS.includes(value as Strength)) fail(path, STRENGTHS.join(", "), value);
  },
});

/** Reads a scenario; throws a `SyntaxError` that says which part is wrong and what it must be. */
export function parseScenario(json: string): Scenario {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new SyntaxError(`Cannot read the scenario: it is no JSON: ${(error as Error).message}`);
  }
  checkScenario(value, "scenario");
  const scenario = value as Scenario;
  scenario.steps.forEach((step, i) => {
    const definition = definitionOf(step.channel, step.eventId);
    for (const name of Object.keys(step.fields ?? {})) {
      if (definition.fields.some((field) => field.name === name)) continue;
      const known = definition.fields.map((field) => field.name).join(", ");
      fail(`scenario.steps[${i}].fields`, `of the fields ${known}`, name);
    }
  });
  return scenario;
}

/** Lays a scenario out in an estate; throws a `RangeError` where it names what is not there. */
export function planScenario(scene: Scene, scenario: Scenario): Plan {
  const { estate, calendar } = scene;
  const random = new Random(estate.seed, "scenario", scenario.name);
  const victim = victimOf(scene, scenario, random);
  const { day, hour, atWork = false } = scenario.start;
  if (day < 0 || day >= calendar.days) {
    throw new RangeError(`Cannot play the scenario on day ${day}: the estate has ${calendar.days}`);
  }
  const times = atWork ? nextWorkday(scene, victim, day) : undefined;
  const startMs = times
    ? times.startMs + random.between(0.1, 0.6) * (times.endMs - times.startMs)
    : calendar.at(victim.site, day, hour);
  const id = `${scenario.name}-${scenario.strength ?? "normal"}`;
  const steps = scenario.steps.flatMap((step, i) =>
    layStep(scene, scenario, step, { id, victim, startMs, random: random, index: i })
  );
  return {
    id,
    name: scenario.name,
    title: scenario.title,
    strength: scenario.strength ?? "normal",
    techniques: scenario.techniques,
    victim: victim.account,
    host: victim.host,
    steps,
  };
}

function nextWorkday(scene: Scene, victim: Person, from: number) {
  for (let day = from; day < scene.calendar.days; day++) {
    const times = workday(scene.estate, scene.calendar, victim, day);
    if (times) return times;
  }
}

function victimOf(scene: Scene, { victim }: Scenario, random: Random): Person {
  const { people } = scene.estate;
  if (victim === undefined) return random.pick(people);
  const found = people.filter(({ role, account }) => role === victim || account.name === victim);
  if (found.length > 0) return random.pick(found);
  throw new RangeError(
    `Cannot find victim "${victim}": it must be one of ${ROLES.join(", ")} or an account's name`,
  );
}

interface Layout {
  readonly id: string;
  readonly victim: Person;
  readonly startMs: number;
  readonly random: Random;
  readonly index: number;
}

function layStep(scene: Scene, scenario: Scenario, step: ScenarioStep, layout: Layout): Step[] {
  const { id, victim, startMs, random, index } = layout;
  const host = hostOf(scene, step.host ?? "victim", victim);
  const account = accountOf(scene, step.user ?? "victim", victim);
  const definition = definitionOf(step.channel, step.eventId);
  const { times, everySeconds, jitter = 0 } = step.repeat ?? { times: 1, everySeconds: 0 };
  const technique = step.technique ?? scenario.techniques[0]!;
  const steps: Step[] = [];
  let timeMs = startMs + step.offsetSeconds * 1000 + random.between(0, 999);
  for (let i = 0; i < times; i++) {
    const at = timeMs;
    const strand = scene.strand(new Random(scene.estate.seed, id, index, i), {
      campaign: id,
      technique,
    });
    steps.push({
      timeMs: at,
      act: () => {
        const context = { host, account, victim, logonId: luidAt(strand, at), index: i };
        const fields = { ...own(definition, context, strand), ...given(step, definition, context) };
        strand.emit(host, step.channel as ChannelName, step.eventId, at, account, fields);
      },
    });
    timeMs += everySeconds * 1000 * (1 + jitter * random.between(-1, 1));
  }
  return steps;
}

/** The host that a scenario names. */
function hostOf(scene: Scene, name: string, victim: Person): Host {
  if (name === "victim") return victim.host;
  const { hosts } = scene.estate;
  const [kind, number = "0"] = name.split(":");
  const found = hosts.find((host) => host.name === name || host.fqdn === name) ??
    hosts.filter((host) => host.kind === kind as HostKind)[Number(number)];
  if (found) return found;
  throw new RangeError(
    `Cannot find host "${name}": it must be victim, a host's name, or dc, file, app, terminal, ` +
      `management, workstation with an optional number as in file:1`,
  );
}

/** The account that a scenario names. */
function accountOf(scene: Scene, name: string, victim: Person): Account {
  const { people, services, dormant } = scene.estate;
  if (name === "victim") return victim.account;
  if (name === "system") return SYSTEM;
  const admins = people.flatMap((person) => person.adminAccount ?? []);
  if (name === "admin" && admins.length > 0) return admins[0]!;
  const service = name.startsWith("service:") ? name.slice(8) : undefined;
  const all = [...people.map(({ account }) => account), ...admins, ...dormant];
  const found = service === undefined
    ? [...all, ...Object.values(services)].find((account) => account.name === name)
    : (services as Record<string, Account>)[service];
  if (found) return found;
  throw new RangeError(
    `Cannot find user "${name}": it must be victim, admin, system, service:NAME with one of ${
      Object.keys(services).join(", ")
    }, or an account's name`,
  );
}

interface Context {
  readonly host: Host;
  readonly account: Account;
  readonly victim: Person;
  readonly logonId: number;
  readonly index: number;
}

/** What the event says of who acts, unless the scenario says otherwise. */
function own(definition: EventDefinition, context: Context, scene: Scene): Fields {
  const { account, logonId, victim } = context;
  const values: Record<string, Value> = {
    SubjectUserSid: account.sid,
    SubjectUserName: account.name,
    SubjectDomainName: account.domain,
    SubjectLogonId: account.kind === "system" ? 0x3e7 : logonId,
    User: `${account.domain}\\${account.name}`,
    ProcessGuid: scene.random.guid(),
    ProcessId: processId(scene.random),
    LogonGuid: scene.random.guid(),
    IpPort: String(49_152 + scene.random.int(16_000)),
  };
  if ([4624, 4625, 4634, 4647, 4768, 4769, 4771, 4776].includes(definition.eventId)) {
    Object.assign(values, {
      TargetUserSid: account.sid,
      TargetSid: account.sid,
      TargetUserName: account.name,
      TargetDomainName: account.domain,
      TargetLogonId: logonId,
      SubjectUserSid: "S-1-0-0",
      SubjectUserName: "-",
      SubjectDomainName: "-",
      SubjectLogonId: 0,
      IpAddress: victim.host.ip,
    });
  }
  return Object.fromEntries(
    definition.fields.filter(({ name }) => name in values).map(({ name }) => [name, values[name]!]),
  );
}

/** The scenario's own values with placeholders filled in, in the types of the event. */
function given(step: ScenarioStep, definition: EventDefinition, context: Context): Fields {
  const { host, account, victim, index } = context;
  const words: Record<string, string> = {
    "user.name": account.name,
    "user.domain": account.domain,
    "user.sid": account.sid,
    "host.name": host.name,
    "host.fqdn": host.fqdn,
    "host.ip": host.ip,
    "victim.name": victim.account.name,
    "victim.sid": victim.account.sid,
    "victim.host": victim.host.name,
    "victim.ip": victim.host.ip,
    i: String(index),
  };
  return Object.fromEntries(
    Object.entries(step.fields ?? {}).map(([name, value]) => {
      const { type } = definition.fields.find((field) => field.name === name)!;
      const filled = typeof value === "string"
        ? value.replace(/\{([a-z.]+)\}/g, (whole, word) => words[word] ?? whole)
        : value;
      return [name, typed(filled, type, name)];
    }),
  );
}

/** A value of JSON, or text of a log, in the type that the event has. */
export function typed(value: string | number | boolean, type: ValueType, name: string): Value {
  switch (type) {
    case "text":
    case "guid":
    case "sid":
      return String(value);
    case "strings":
      return String(value).split("\n");
    case "binary":
      return new TextEncoder().encode(String(value));
    case "bool":
      return value === true || value === "true";
    case "filetime":
      return typeof value === "number" ? value : Date.parse(String(value));
    case "u64":
    case "hex64":
    case "pointer":
      return BigInt(value);
    default: {
      const number = Number(value);
      if (Number.isFinite(number)) return number;
      throw new SyntaxError(`Cannot fill field ${name}: "${value}" is no number`);
    }
  }
}
