/**
 * What was hidden: every campaign and every injected event, for those who judge what was found.
 * @module
 */
import type { Play } from "./generate.ts";
import type { EstateEvent } from "./scene.ts";

/** One injected event, as it stands in the log. */
export interface TrueEvent {
  /** Campaign's identifier. */
  readonly campaign: string;
  /** ATT&CK technique. */
  readonly technique: string;
  /** System/Computer of the log. */
  readonly host: string;
  /** `DOMAIN\name` of who caused it. */
  readonly user: string;
  /** Its SID. */
  readonly sid: string;
  /** System/TimeCreated, ISO 8601 to the millisecond. */
  readonly time: string;
  /** System/Channel. */
  readonly channel: string;
  /** System/EventID. */
  readonly eventId: number;
  /** System/EventRecordID; -1 where the estate was streamed, not written. */
  readonly recordId: number;
  /** True where the log has since overwritten it. */
  readonly overwritten?: true;
}

/** One campaign. */
export interface TrueCampaign {
  /** Name and strength. */
  readonly id: string;
  /** Name. */
  readonly name: string;
  /** What happens. */
  readonly title: string;
  /** quiet, normal or loud. */
  readonly strength: string;
  /** ATT&CK techniques. */
  readonly techniques: readonly string[];
  /** Who the attacker starts from. */
  readonly victim: string;
  /** Where. */
  readonly host: string;
  /** Events in the logs. */
  events: number;
  /** First and last of them, ISO 8601; "" where there is none. */
  first: string;
  /** Last of them. */
  last: string;
}

/** The content of `truth.json`. */
export interface Truth {
  /** Version of this form. */
  readonly version: 1;
  /** Seed. */
  readonly seed: number;
  /** First day and number of days. */
  readonly start: string;
  /** Days. */
  readonly days: number;
  /** Machines with what they are for. */
  readonly hosts: readonly {
    readonly name: string;
    readonly kind: string;
    readonly site: string;
    readonly zone: string;
    readonly sysmon: boolean;
  }[];
  /** People with what they do. */
  readonly users: readonly {
    readonly name: string;
    readonly sid: string;
    readonly role: string;
    readonly host: string;
  }[];
  /** Campaigns. */
  readonly campaigns: TrueCampaign[];
  /** Injected events in the order of their writing. */
  readonly events: TrueEvent[];
}

/** The truth of a play before anything is played. */
export function beginTruth(play: Play): Truth {
  const { estate, calendar, plans } = play;
  return {
    version: 1,
    seed: estate.seed,
    start: calendar.date(0),
    days: calendar.days,
    hosts: estate.hosts.map(({ fqdn, kind, site, audit }) => ({
      name: fqdn,
      kind,
      site: site.name,
      zone: site.zone,
      sysmon: audit.sysmon,
    })),
    users: estate.people.map(({ account, role, host }) => ({
      name: `${account.domain}\\${account.name}`,
      sid: account.sid,
      role,
      host: host.fqdn,
    })),
    campaigns: plans.map(({ id, name, title, strength, techniques, victim, host }) => ({
      id,
      name,
      title,
      strength,
      techniques,
      victim: `${victim.domain}\\${victim.name}`,
      host: host.fqdn,
      events: 0,
      first: "",
      last: "",
    })),
    events: [],
  };
}

/** Notes an event if it is injected. */
export function noteTruth(truth: Truth, event: EstateEvent, recordId: number): void {
  const { label, actor, host, definition, timeMs } = event;
  if (!label) return;
  const time = new Date(timeMs).toISOString();
  truth.events.push({
    ...label,
    host: host.fqdn,
    user: `${actor.domain}\\${actor.name}`,
    sid: actor.sid,
    time,
    channel: definition.channel,
    eventId: definition.eventId,
    recordId,
  });
  const campaign = truth.campaigns.find((one) => one.id === label.campaign);
  if (!campaign) return;
  campaign.events++;
  if (campaign.first === "" || time < campaign.first) campaign.first = time;
  if (time > campaign.last) campaign.last = time;
}
