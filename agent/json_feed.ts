/**
 * The text of a log file, unpacked while it is read: plain, gzip, tar in gzip, or zip. Pull-based
 * and synchronous, in memory that does not grow with the file.
 * @module
 */
import { Gunzip, Unzip, UnzipInflate } from "fflate";
import type { ByteSource } from "./evtx/chunks.ts";

/** Packed bytes read at once: deflate makes at most a thousandfold of it. */
const PACKED = 16_384;
const PLAIN = 262_144;
const LINE_END = new Uint8Array([0x0a]);

/** Gives bytes in pieces; undefined at the end. Throws where a packed file is damaged. */
export type Feed = () => Uint8Array | undefined;

/** The bytes of a file as they are. */
function plain(source: ByteSource, size: number): Feed {
  const buffer = new Uint8Array(size);
  let at = 0;
  return () => {
    const got = source.read(buffer, at);
    at += got;
    return got === 0 ? undefined : buffer.subarray(0, got);
  };
}

/** A feed through something that is pushed to and calls back. */
function pushed(
  source: ByteSource,
  start: (out: Uint8Array[]) => (data: Uint8Array, final: boolean) => void,
): Feed {
  const input = plain(source, PACKED);
  const out: Uint8Array[] = [];
  const push = start(out);
  let ended = false;
  return () => {
    while (out.length === 0) {
      const data = input();
      if (ended) return undefined;
      // The unpackers keep what they are given, and at the end say if they wait for more.
      ended = data === undefined;
      push(data?.slice() ?? new Uint8Array(0), ended);
    }
    return out.shift();
  };
}

function gunzip(source: ByteSource): Feed {
  return pushed(source, (out) => {
    const gunzip = new Gunzip((data) => out.push(data));
    return (data, final) => gunzip.push(data, final);
  });
}

function unzip(source: ByteSource): Feed {
  return pushed(source, (out) => {
    const unzip = new Unzip((file) => {
      if (!isLogName(file.name)) return;
      file.ondata = (error, data, final) => {
        if (error) throw error;
        out.push(data);
        if (final) out.push(LINE_END);
      };
      file.start();
    });
    unzip.register(UnzipInflate);
    return (data, final) => unzip.push(data, final);
  });
}

/** Folders and what macOS puts beside files are no logs. */
function isLogName(name: string): boolean {
  return !name.endsWith("/") && !/(^|\/)(__MACOSX\/|\._)/.test(name);
}

/** The files in a tar archive one behind the other. */
function untar(input: Feed): Feed {
  let rest: Uint8Array = new Uint8Array(0);
  let left = 0;
  let padding = 0;
  let wanted = false;
  const fill = (count: number) => {
    while (rest.length < count) {
      const more = input();
      if (more === undefined) return false;
      const joined = new Uint8Array(rest.length + more.length);
      joined.set(rest);
      joined.set(more, rest.length);
      rest = joined;
    }
    return true;
  };
  const text = (from: number, to: number) =>
    new TextDecoder().decode(rest.subarray(from, to)).replace(/\0.*$/s, "").trim();
  return () => {
    for (;;) {
      if (left > 0) {
        if (!fill(1)) return undefined;
        const part = rest.subarray(0, Math.min(left, rest.length));
        rest = rest.subarray(part.length);
        left -= part.length;
        if (wanted) return part;
        continue;
      }
      if (!fill(padding + 512)) return undefined;
      rest = rest.subarray(padding);
      const size = parseInt(text(124, 136), 8);
      if (!(size >= 0)) return undefined;
      const type = text(156, 157);
      wanted = (type === "" || type === "0") && isLogName(text(0, 100));
      rest = rest.subarray(512);
      left = size;
      padding = (512 - size % 512) % 512;
    }
  };
}

/** What a file's first bytes say it is; undefined where no text can come of it. */
export function openFeed(source: ByteSource): Feed | undefined {
  const head = new Uint8Array(512);
  const magic = head.subarray(0, source.read(head, 0));
  if (magic[0] === 0x50 && magic[1] === 0x4b) return unzip(source);
  if (magic[0] === 0x1f && magic[1] === 0x8b) {
    const first = gunzip(source)();
    const tar = first !== undefined &&
      new TextDecoder().decode(first.subarray(257, 262)) === "ustar";
    return tar ? untar(gunzip(source)) : gunzip(source);
  }
  const text = new TextDecoder().decode(magic).trimStart();
  return text.startsWith("{") || text.startsWith("[") ? plain(source, PLAIN) : undefined;
}
