/**
 * Small questions about the text of events: hashes, names of programs, addresses, entropy.
 * @module
 */

/** A 31-bit hash of text (FNV-1a, finished by MurmurHash3's mixer), so that it stays a small integer. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** The hash of a text, or of its part before `end`, in lower case. */
export function hashLower(text: string, end = text.length): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code > 127) return hashText(text.slice(0, end).toLowerCase());
    const lower = code >= 65 && code <= 90 ? code + 32 : code;
    hash = Math.imul(hash ^ lower, 0x01000193);
  }
  return mix(hash);
}

/** One hash from two. */
export function mix(a: number, b = 0): number {
  let hash = a ^ Math.imul(b, 0x9e3779b1);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 1;
}

/** The file name of a Windows path, lower case. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("\\") + 1).toLowerCase();
}

/** The first characters of a text as a text of their own: a slice would keep all of it in memory. */
export function cut(text: string, length: number): string {
  return ` ${text.slice(0, length)}`.slice(1);
}

/** n log2 n of small numbers. */
const WEIGHTED_LOG = Float64Array.from({ length: 256 }, (_, n) => n > 0 ? n * Math.log2(n) : 0);

/** Shannon entropy of a histogram in bits. */
export function entropyBits(counts: ArrayLike<number>): number {
  let total = 0;
  let sum = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i];
    total += count;
    sum += count < 256 ? WEIGHTED_LOG[count] : count * Math.log2(count);
  }
  return total > 0 ? Math.max(0, Math.log2(total) - sum / total) : 0;
}

/** Adds the characters of text to a histogram of 256 bins (code points above share by low byte). */
export function addCharacters(text: string, histogram: Uint32Array): void {
  for (let i = 0; i < text.length; i++) histogram[text.charCodeAt(i) & 255]++;
}

/** A source address without the IPv4-in-IPv6 prefix, "" where it is local or absent. */
export function remoteAddress(text: string): string {
  const address = text.startsWith("::ffff:") ? text.slice(7) : text;
  if (address === "" || address === "-" || address === "::1" || address === "LOCAL") return "";
  return address.startsWith("127.") || address.startsWith("0.0.0.0") || /^fe80:/i.test(address)
    ? ""
    : address;
}

/** Whether a remote address is of a private network (RFC 1918, RFC 4193, link-local). */
export function isPrivate(address: string): boolean {
  return /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|f[cd][0-9a-f]{2}:|fe[89ab])/i
    .test(address);
}

/** What "the same source" means: an IPv4 address, or the /64 of an IPv6 address. */
export function sourceKey(address: string): string {
  return address.includes(":") ? address.split(":").slice(0, 4).join(":") : address;
}

const SECOND_LEVEL = new Set(["co", "com", "net", "org", "gov", "ac", "edu"]);

/** The part of a DNS name that someone registers: two labels, three under `co.uk` and its like. */
export function registrableDomain(name: string): string {
  const labels = name.toLowerCase().replace(/\.$/, "").split(".");
  const keep = labels.length > 2 && labels.at(-1)!.length === 2 && SECOND_LEVEL.has(labels.at(-2)!)
    ? 3
    : 2;
  return labels.slice(-keep).join(".");
}
