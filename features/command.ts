/**
 * What a command line says. Command lines come again and again, so what they say is kept.
 * @module
 */
import { ENCODED_COMMAND } from "./lists.ts";
import { addCharacters, entropyBits } from "./text.ts";

/** A command line. */
export interface Command {
  /** Entropy of its characters, bits. */
  readonly entropy: number;
  /** It is encoded or obfuscated. */
  readonly encoded: boolean;
}

/** Characters of a command line that its entropy is taken over. */
const ENTROPY_OVER = 4_096;
/** Characters that are looked through: Windows allows no more. */
const LOOKED_AT = 32_767;
/** Command lines that are kept; when there are more, all are forgotten. */
const KEPT = 8_192;
/** Longest one that is kept, characters. */
const LONGEST = 512;
const known = new Map<string, Command>();
const histogram = new Uint32Array(256);

/** What a command line says. */
export function commandOf(text: string): Command {
  let command = known.get(text);
  if (command) return command;
  histogram.fill(0);
  addCharacters(text.slice(0, ENTROPY_OVER), histogram);
  command = {
    entropy: entropyBits(histogram),
    encoded: ENCODED_COMMAND.test(text.slice(0, LOOKED_AT)),
  };
  if (text.length > LONGEST) return command;
  if (known.size >= KEPT) known.clear();
  known.set(text, command);
  return command;
}
