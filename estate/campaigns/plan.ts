/**
 * Plans campaigns: picks a victim and days of the seed, and lets each campaign lay its steps into
 * the victim's normal work.
 * @module
 */
import { DAY_MS } from "../calendar.ts";
import { workday } from "../life/workday.ts";
import type { Session } from "../actions/logon.ts";
import type { Account, Host, Person, Role } from "../model.ts";
import { Random } from "../random.ts";
import { luidAt, type Scene } from "../scene.ts";
import { CREDENTIAL_CAMPAIGNS } from "./credentials.ts";
import { MOVEMENT_CAMPAIGNS } from "./movement.ts";
import { ENDPOINT_CAMPAIGNS } from "./endpoint.ts";
import { INSIDER_CAMPAIGNS } from "./insider.ts";

/** How hard a campaign hides, the best hidden first. */
export const STRENGTHS = ["quiet", "normal", "loud"] as const;

/** One of {@link STRENGTHS}. */
export type Strength = typeof STRENGTHS[number];

/** One thing that an attacker does at a time. */
export interface Step {
  /** When. */
  readonly timeMs: number;
  /** Does it: makes its events. */
  readonly act: () => void;
}

/** A campaign laid out in an estate. */
export interface Plan {
  /** Name and number, unique in the estate. */
  readonly id: string;
  /** Name of the campaign. */
  readonly name: string;
  /** What happens, in words. */
  readonly title: string;
  /** How hard it hides. */
  readonly strength: Strength;
  /** ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** Account that the attacker starts from, or the insider's. */
  readonly victim: Account;
  /** Machine that the attacker starts from. */
  readonly host: Host;
  /** What happens, in any order. */
  readonly steps: readonly Step[];
}

/** A kind of campaign. */
export interface Campaign {
  /** Name on the command line. */
  readonly name: string;
  /** What happens, in words. */
  readonly title: string;
  /** ATT&CK techniques, the one that it is known for first. */
  readonly techniques: readonly string[];
  /** Roles that a victim may have; all but IT without it. */
  readonly victims?: readonly Role[];
  /** What the victim's machine must write for anything to be seen. */
  readonly needs?: (host: Host) => boolean;
  /** Share of the estate's days after which it may begin; 0.6 without it. */
  readonly from?: number;
  /** Lays out the steps. */
  readonly build: (attack: Attack) => void;
}

/** Every campaign. */
export const CAMPAIGNS: readonly Campaign[] = [
  ...CREDENTIAL_CAMPAIGNS,
  ...MOVEMENT_CAMPAIGNS,
  ...ENDPOINT_CAMPAIGNS,
  ...INSIDER_CAMPAIGNS,
];

/** A campaign while it is being laid out. */
export class Attack {
  /** Where it happens; its random numbers are the campaign's own. */
  readonly scene: Scene;
  /** How hard it hides. */
  readonly strength: Strength;
  /** Whose account or machine the attacker has. */
  readonly victim: Person;
  /** The attacker's first day. */
  readonly day: number;
  /** What was laid out so far. */
  readonly steps: Step[] = [];
  readonly #id: string;

  /** Begins to lay out a campaign. */
  constructor(scene: Scene, id: string, strength: Strength, victim: Person, day: number) {
    this.scene = scene;
    this.#id = id;
    this.strength = strength;
    this.victim = victim;
    this.day = day;
  }

  /** The campaign's chance. */
  get random(): Random {
    return this.scene.random;
  }

  /** One of three by strength. */
  by<T>(quiet: T, normal: T, loud: T): T {
    return { quiet, normal, loud }[this.strength];
  }

  /** Adds a step; its events belong to the technique. */
  add(technique: string, timeMs: number, act: (scene: Scene, timeMs: number) => void): void {
    const random = new Random(this.scene.estate.seed, this.#id, this.steps.length);
    const scene = this.scene.strand(random, { campaign: this.#id, technique });
    this.steps.push({ timeMs, act: () => act(scene, timeMs) });
  }

  /** A moment of the victim's work `later` working days after the first day. */
  atWork(later = 0): number {
    const { estate, calendar } = this.scene;
    let left = later;
    for (let day = this.day; day < calendar.days; day++) {
      const times = workday(estate, calendar, this.victim, day);
      if (times && left-- <= 0) {
        return times.startMs + this.random.between(0.06, 0.92) * (times.endMs - times.startMs);
      }
    }
    return calendar.at(this.victim.site, Math.min(calendar.days - 1, this.day + later), 11);
  }

  /** A moment of the night `later` days after the first day. */
  atNight(later = 0): number {
    const day = Math.min(this.scene.calendar.days - 1, this.day + later);
    return this.scene.calendar.at(this.victim.site, day, this.random.between(0.5, 4.5));
  }

  /** At work for the quiet, at night for the loud, either for the others. */
  moment(later = 0): number {
    const night = this.by(0, 0.25, 0.6);
    return this.random.chance(night) ? this.atNight(later) : this.atWork(later);
  }

  /** The victim's session at the victim's machine, which the attacker rides on. */
  foothold(timeMs: number): Session {
    const { account, host } = this.victim;
    const sessions = this.scene.world.sessions.get(account.sid) ?? [];
    const open = sessions.findLast((session) => session.startMs <= timeMs);
    const logonId = open?.logonId ?? luidAt(this.scene, timeMs);
    return { host, account, type: 2, logonId };
  }
}

/** Lays out campaigns by name; throws a `RangeError` where a name is unknown. */
export function plan(scene: Scene, names: readonly string[], strength?: Strength): Plan[] {
  return choose(names).map((campaign, i) => {
    const random = new Random(scene.estate.seed, "campaign", campaign.name);
    const hides = strength ?? STRENGTHS[(i + scene.estate.seed) % 3]!;
    const id = `${campaign.name}-${hides}`;
    const days = scene.calendar.days;
    const from = campaign.from ?? 0.6;
    const day = Math.min(days - 1, Math.floor(random.between(from, Math.max(from, 0.88)) * days));
    const victim = pickVictim(scene, campaign, day, random);
    const attack = new Attack(scene.strand(random), id, hides, victim, day);
    campaign.build(attack);
    return {
      id,
      name: campaign.name,
      title: campaign.title,
      strength: hides,
      techniques: campaign.techniques,
      victim: victim.account,
      host: victim.host,
      steps: attack.steps.filter((step) => step.timeMs < scene.calendar.startMs + days * DAY_MS),
    };
  });
}

function choose(names: readonly string[]): readonly Campaign[] {
  const chosen = new Set<Campaign>();
  for (const name of names) {
    if (name === "none") continue;
    const found = name === "all" ? CAMPAIGNS : CAMPAIGNS.filter((one) => one.name === name);
    if (found.length === 0) {
      throw new RangeError(
        `Cannot plan campaign "${name}": known are all, none, ${
          CAMPAIGNS.map((one) => one.name).join(", ")
        }`,
      );
    }
    found.forEach((one) => chosen.add(one));
  }
  return [...chosen];
}

/** Somebody who is employed and at work then; the machine has been there and stays on. */
function pickVictim(scene: Scene, campaign: Campaign, day: number, random: Random): Person {
  const { estate, calendar } = scene;
  const roles = campaign.victims ?? ["office", "developer", "finance", "shift"];
  const atWork = (person: Person) => {
    let days = 0;
    for (let d = day; d < Math.min(day + 5, calendar.days); d++) {
      if (workday(estate, calendar, person, d)) days++;
    }
    return days;
  };
  const there = estate.people.filter((person) =>
    person.employed[0] <= day / 2 && person.host.fromDay <= day / 2 && person.host.gap === null
  );
  const fitting = there.filter((person) =>
    roles.includes(person.role) && (campaign.needs?.(person.host) ?? true)
  );
  const pool = fitting.length > 0 ? fitting : there.length > 0 ? there : estate.people;
  const present = pool.filter((person) => atWork(person) >= 2);
  return random.pick(present.length > 0 ? present : pool);
}
