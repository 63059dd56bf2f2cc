/**
 * Where a channel was read to, as the XML that Windows makes of a bookmark.
 * @module
 */
import { RENDER } from "./codes.ts";
import { type EventLogApi, wide } from "./wevtapi.ts";
import { utf16 } from "../evtx/value.ts";

const RECORD_ID = /RecordId\s*=\s*['"](\d{1,16})['"]/;

/** The log's own number of the bookmarked record, 0 where the text is no bookmark. */
export function bookmarkRecordId(xml: string): number {
  return Number(RECORD_ID.exec(xml)?.[1] ?? 0);
}

/** A bookmark at a record of a channel. */
export function bookmarkAt(channel: string, recordId: number): string {
  const name = channel.replaceAll("&", "&amp;").replaceAll("'", "&apos;").replaceAll("<", "&lt;");
  return `<BookmarkList><Bookmark Channel='${name}' RecordId='${recordId}' IsCurrent='true'/>` +
    `</BookmarkList>`;
}

/** A bookmark handle for a text; 0 where Windows does not take it (a damaged one). */
export function openBookmark(api: EventLogApi, xml: string): bigint {
  return api.EvtCreateBookmark(wide(xml));
}

/** The bookmark of an event that is open, undefined where Windows makes none. */
export function bookmarkOf(api: EventLogApi, event: bigint): string | undefined {
  const bookmark = api.EvtCreateBookmark(null);
  if (bookmark === 0n) return undefined;
  try {
    if (api.EvtUpdateBookmark(bookmark, event) === 0) return undefined;
    const text = new Uint8Array(4_096);
    const used = new Uint32Array(1);
    const ok = api.EvtRender(
      0n,
      bookmark,
      RENDER.bookmark,
      text.length,
      text,
      new Uint8Array(used.buffer),
      new Uint8Array(4),
    );
    if (ok === 0) return undefined;
    return utf16(new DataView(text.buffer), 0, used[0] >> 1).replace(/\0+$/, "");
  } finally {
    api.EvtClose(bookmark);
  }
}
