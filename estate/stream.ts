/**
 * An estate as a stream of events, without files.
 * @module
 */
import { type EstateOptions, prepare } from "./generate.ts";
import type { EstateEvent } from "./scene.ts";
import { beginTruth, noteTruth, type Truth } from "./truth.ts";
import { EstateView, textOf } from "./view.ts";

/** A play as a stream: the truth fills while events are taken. */
export interface EventStream {
  /** What is hidden among the events taken so far. */
  readonly truth: Truth;
  /**
   * Events sorted by time over all hosts. The view is reused: valid until the next one is taken.
   */
  readonly views: () => Generator<EstateView>;
}

/** Opens an estate as a stream of the views that the featuriser takes. */
export function streamEstate(options: EstateOptions): EventStream {
  const play = prepare(options);
  const truth = beginTruth(play);
  function* views() {
    const view = new EstateView();
    const next = new Map<string, number>();
    for (const { events } of play.days()) {
      for (const event of events) {
        const key = `${event.host.index}/${event.definition.channel}`;
        const recordId = (next.get(key) ?? 0) + 1;
        next.set(key, recordId);
        noteTruth(truth, event, recordId);
        yield view.show(event, recordId);
      }
    }
  }
  return { truth, views };
}

/** An estate as JSON lines in the form of `evtx_dump -o jsonl`'s fields, one event a line. */
export function* eventLines(options: EstateOptions): Generator<string> {
  for (const { events } of prepare(options).days()) {
    for (const event of events) yield JSON.stringify(record(event)) + "\n";
  }
}

function record(event: EstateEvent) {
  const { definition, timeMs, host, userSid, values } = event;
  const { level = definition.level } = event;
  const { provider, channel, eventId, version, fields, userData } = definition;
  const data = Object.fromEntries(
    fields.map(({ name, type }, i) => [name, textOf(values[i] ?? null, type)]),
  );
  return {
    Event: {
      System: {
        Provider: { "#attributes": { Name: provider } },
        EventID: eventId,
        Version: version,
        Level: level,
        TimeCreated: { "#attributes": { SystemTime: new Date(timeMs).toISOString() } },
        Channel: channel,
        Computer: host.fqdn,
        Security: userSid === null ? null : { "#attributes": { UserID: userSid } },
      },
      ...(userData === "" ? { EventData: data } : { UserData: { [userData]: data } }),
    },
  };
}
