/**
 * Ids that we make: UUID version 7 (RFC 9562), so that newer ids sort after older ones.
 * @module
 */
import { randomBytes } from "node:crypto";

/** A new UUIDv7 of the given moment; ids of one millisecond differ by 74 random bits. */
export function uuidv7(nowMs: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = 0x70 | bytes[6]! & 0x0f;
  bytes[8] = 0x80 | bytes[8]! & 0x3f;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID in lower case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
