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
  /** One hash of the shape. */
  hash1 = 0;
  /** Another, of other constants. */
  hash2 = 0;
  /** Where the last fragment ended. */
  end = 0;
  readonly #view: DataView;

  /** The view is a chunk, from whose start names' offsets count. */
  constructor(view: DataView) {
    this.#view = view;
  }

  /** Hashes a template's body. Throws {@link EvtxError}, or RangeError past the chunk's end. */
  template(at: number, end: number): void {
    this.#scan(at, end, undefined);
  }

  /** Hashes a fragment without template, and tells `into` where its values are. */
  literal(at: number, end: number, into: Instance): void {
    into.count = 0;
    this.#scan(at, end, into);
    into.end = this.end;
  }

  #scan(at: number, end: number, into: Instance | undefined): void {
    const view = this.#view;
    this.hash1 = into === undefined ? 1 : 2;
    this.hash2 = 0;
    let named = false;
    while (at < end) {
      const token = view.getUint8(at++);
      if (token === TOKEN.end) break;
      this.#mix(token);
      switch (token & 0xbf) {
        case TOKEN.open:
          if (into === undefined) {
            this.#mix(view.getUint16(at, true));
            at += 2;
          }
          at = this.#name(at + 4) + (token & 0x40 ? 4 : 0);
          break;
        case TOKEN.attribute:
          named = into !== undefined && this.#isName(view.getUint32(at, true));
          at = this.#name(at);
          break;
        case TOKEN.closeStart:
        case TOKEN.closeEmpty:
          named = false;
          break;
        case TOKEN.close:
          break;
        case TOKEN.value: {
          const type = view.getUint8(at++);
          this.#mix(type);
          const size = type === 0x01
            ? 2 * view.getUint16(at, true)
            : literalSize(view, type, at, end);
          if (type === 0x01) at += 2;
          if (at + size > end) throw new EvtxError("fragment runs past its end");
          // A hole of a literal record, but a part of a template's shape.
          if (into !== undefined && !named) into.add(type, at, size);
          else this.#bytes(at, size);
          at += size;
          break;
        }
        case TOKEN.cdata:
        case TOKEN.piData: {
          const size = 2 * view.getUint16(at, true);
          this.#bytes(at + 2, size);
          at += 2 + size;
          break;
        }
        case TOKEN.charRef:
          this.#mix(view.getUint16(at, true));
          at += 2;
          break;
        case TOKEN.entityRef:
        case TOKEN.piTarget:
          at = this.#name(at);
          break;
        case TOKEN.hole:
        case TOKEN.optionalHole:
          this.#mix(view.getUint16(at, true));
          at += 3;
          break;
        case TOKEN.header:
          at += 3;
          break;
        default:
          throw new EvtxError(`token 0x${token.toString(16)} where it may not stand`);
      }
    }
    this.end = at;
  }

  /** Mixes in the name that lies inline or elsewhere; where the next token is. */
  #name(at: number): number {
    const offset = this.#view.getUint32(at, true);
    const size = 2 * this.#view.getUint16(offset + 6, true);
    if (size > 2 * MAX_NAME) throw new EvtxError("name is too long");
    this.#bytes(offset + 8, size);
    return offset === at + 4 ? at + 14 + size : at + 4;
  }

  #isName(offset: number): boolean {
    // Four characters: "Na", "me" as little-endian words.
    return this.#view.getUint16(offset + 6, true) === 4 &&
      this.#view.getUint32(offset + 8, true) === 0x0061004e &&
      this.#view.getUint32(offset + 12, true) === 0x0065006d;
  }

  #bytes(at: number, size: number): void {
    const view = this.#view;
    let first = this.hash1 ^ size;
    let second = this.hash2;
    const words = at + (size & ~3);
    for (; at < words; at += 4) {
      const word = view.getInt32(at, true);
      first = Math.imul(first ^ word, 0xcc9e2d51);
      first ^= first >>> 15;
      second = Math.imul(second + word, 0x85ebca6b) ^ (second >>> 13);
    }
    this.hash1 = first;
    this.hash2 = second;
    if (size & 1) this.#mix(view.getUint8(at + (size & 2)));
    if (size & 2) this.#mix(view.getUint16(at, true));
  }

  /** Two multiplicative hashes of different constants. */
  #mix(value: number): void {
    const first = Math.imul(this.hash1 ^ value, 0x1b873593);
    this.hash1 = first ^ (first >>> 16);
    this.hash2 = Math.imul(this.hash2 + value, 0x27d4eb2f) ^ (this.hash2 >>> 15);
  }
}
