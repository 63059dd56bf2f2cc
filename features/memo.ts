/**
 * What repeated text says, worked out once: in logs the same texts come again and again.
 * @module
 */

/** Bounds of what is kept. */
export interface MemoBounds {
  /** Texts; when there are more, all are forgotten. */
  readonly kept: number;
  /** Characters of a text. */
  readonly longest: number;
}

/** A pure function of a text that keeps what it gave. */
export function remembering<T>(
  work: (text: string) => T,
  { kept, longest }: MemoBounds,
): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const result = work(text);
    if (text.length > longest) return result;
    if (known.size >= kept) known.clear();
    known.set(text, result);
    return result;
  };
}
