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

/** EventRecordIDs as the files of the estate would count them. */
class RecordIds {
  readonly #last = new Map<string, number>();

  next({ host, definition }: EstateEvent): number {
    const key = `${host.index}/${definition.channel}`;
    const id = (this.#last.get(key) ?? 0) + 1;
    this.#last.set(key, id);
    return id;
  }
}

/** Opens an estate as a stream of the views that the featuriser takes. */
export function streamEstate(options: EstateOptions): EventStream {
  const play = prepare(options);
  const truth = beginTruth(play);
  function* views() {
    const view = new EstateView();
    const ids = new RecordIds();
    for (const { events } of play.days()) {
      for (const event of events) {
        const recordId = ids.next(event);
        noteTruth(truth, event, recordId);
        yield view.show(event, recordId);
      }
    }
  }
  return { truth, views };
}

/**
 * An estate as lines in the form of `evtx_dump -o jsonl`, one event a line; gives back what was
 * hidden once all are taken.
 */
export function* eventLines(options: EstateOptions): Generator<string, Truth> {
  const play = prepare(options);
  const truth = beginTruth(play);
  const ids = new RecordIds();
  for (const { events } of play.days()) {
    for (const event of events) {
      const recordId = ids.next(event);
      noteTruth(truth, event, recordId);
      yield JSON.stringify(record(event, recordId)) + "\n";
    }
  }
  return truth;
}

function record(event: EstateEvent, recordId: number) {
  const { definition, timeMs, host, userSid, values, processId, threadId } = event;
  const { level = definition.level } = event;
  const { provider, providerGuid, channel, eventId, version, task, opcode } = definition;
  const data = Object.fromEntries(
    definition.fields.map(({ name, type }, i) => [name, textOf(values[i] ?? null, type)]),
  );
  const { userData } = definition;
  return {
    Event: {
      System: {
        Provider: { "#attributes": { Name: provider, Guid: providerGuid || undefined } },
        EventID: eventId,
        Version: version,
        Level: level,
        Task: task,
        Opcode: opcode,
        Keywords: `0x${definition.keywords.toString(16)}`,
        TimeCreated: { "#attributes": { SystemTime: new Date(timeMs).toISOString() } },
        EventRecordID: recordId,
        Execution: { "#attributes": { ProcessID: processId, ThreadID: threadId } },
        Channel: channel,
        Computer: host.fqdn,
        Security: userSid === null ? null : { "#attributes": { UserID: userSid } },
      },
      ...(userData === "" ? { EventData: data } : { UserData: { [userData]: data } }),
    },
  };
}
