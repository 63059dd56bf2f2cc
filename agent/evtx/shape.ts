/**
 * The shape of a fragment in one flat pass: two hashes over everything but the record's own
 * values. Fragments of one shape share one plan, so a literal record costs no more than one with
 * a template, and a template that borrows another's GUID is never taken for it.
 * @module
 */
import { literalSize, MAX_NAME, TOKEN } from "./binxml.ts";
import { EvtxError } from "./error.ts";
import type { Instance } from "./instance.ts";

/** Passes over fragments of one chunk; `hash1` and `hash2` are of the last one. */
export class ShapeScanner {
  hash1 = 0;
  hash2 = 0;
  readonly #view: DataView;
  #at = 0;
  #end = 0;
  #named = false;

  /** The view is a chunk, from whose start names' offsets count. */
  constructor(view: DataView) {
    this.#view = view;
  }

  /** Hashes a template's body. */
  template(at: number, end: number): void {
    this.#scan(at, end, undefined);
  }

  /** Hashes a fragment without template, and tells `into` where its values are. */
  literal(at: number, end: number, into: Instance): void {
    into.count = 0;
    this.#scan(at, end, into);
    into.end = this.#end;
  }

  #scan(at: number, end: number, into: Instance | undefined): void {
    this.#at = at;
    this.#end = Math.min(end, this.#view.byteLength);
    this.hash1 = into === undefined ? 1 : 2;
    this.hash2 = 0;
    while (this.#at < this.#end) {
      const token = this.#view.getUint8(this.#at++);
      if (token === TOKEN.end) return;
      this.#mix(token);
      this.#token(token, into);
    }
  }

  #token(token: number, into: Instance | undefined): void {
    switch (token & 0xbf) {
      case TOKEN.open:
        if (into === undefined) this.#mix(this.#u16());
        this.#skip(4);
        this.#name();
        if (token & 0x40) this.#skip(4);
        break;
      case TOKEN.attribute:
        this.#named = this.#name();
        break;
      case TOKEN.closeStart:
      case TOKEN.closeEmpty:
        this.#named = false;
        break;
      case TOKEN.close:
        break;
      case TOKEN.value:
        this.#value(into);
        break;
      case TOKEN.cdata:
      case TOKEN.piData:
        this.#text(2 * this.#u16());
        break;
      case TOKEN.charRef:
        this.#mix(this.#u16());
        break;
      case TOKEN.entityRef:
      case TOKEN.piTarget:
        this.#name();
        break;
      case TOKEN.hole:
      case TOKEN.optionalHole:
        this.#mix(this.#u16());
        this.#skip(1);
        break;
      case TOKEN.header:
        this.#skip(3);
        break;
      default:
        throw new EvtxError(`token 0x${token.toString(16)} where it may not stand`);
    }
  }

  /** A literal value: a hole of a literal record, a part of a template's shape. */
  #value(into: Instance | undefined): void {
    const type = this.#u8();
    this.#mix(type);
    const size = type === 0x01
      ? 2 * this.#u16()
      : literalSize(this.#view, type, this.#at, this.#end);
    if (into === undefined || this.#named) {
      this.#text(size);
      return;
    }
    this.#need(size);
    into.add(type, this.#at, size);
    this.#at += size;
  }

  /** A name; says whether it is `Name`. */
  #name(): boolean {
    const offset = this.#u32();
    if (offset + 8 > this.#view.byteLength) throw new EvtxError("name lies outside its chunk");
    const count = this.#view.getUint16(offset + 6, true);
    if (count > MAX_NAME || offset + 10 + 2 * count > this.#view.byteLength) {
      throw new EvtxError("name runs past its chunk");
    }
    if (offset === this.#at) this.#skip(10 + 2 * count);
    this.#bytes(offset + 8, 2 * count);
    // "Na", "me" as little-endian words.
    return count === 4 && this.#view.getUint32(offset + 8, true) === 0x0061004e &&
      this.#view.getUint32(offset + 12, true) === 0x0065006d;
  }

  #text(size: number): void {
    this.#need(size);
    this.#bytes(this.#at, size);
    this.#at += size;
  }

  #bytes(at: number, size: number): void {
    this.#mix(size);
    const end = at + size;
    for (; at + 4 <= end; at += 4) this.#mix(this.#view.getInt32(at, true));
    for (; at < end; at++) this.#mix(this.#view.getUint8(at));
  }

  /** Two rounds of MurmurHash3's mixing with constants of their own. */
  #mix(value: number): void {
    const first = Math.imul(this.hash1 ^ Math.imul(value, 0xcc9e2d51), 0x1b873593);
    this.hash1 = (first << 13) | (first >>> 19);
    const second = Math.imul(this.hash2 + value, 0x85ebca6b);
    this.hash2 = (second << 15) ^ (second >>> 17) ^ value;
  }

  #need(count: number): void {
    if (this.#at + count > this.#end) throw new EvtxError("fragment runs past its end");
  }

  #skip(count: number): void {
    this.#need(count);
    this.#at += count;
  }

  #u8(): number {
    this.#skip(1);
    return this.#view.getUint8(this.#at - 1);
  }

  #u16(): number {
    this.#skip(2);
    return this.#view.getUint16(this.#at - 2, true);
  }

  #u32(): number {
    this.#skip(4);
    return this.#view.getUint32(this.#at - 4, true);
  }
}
