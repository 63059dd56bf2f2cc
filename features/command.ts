/**
 * What a command line says.
 * @module
 */
import { ENCODED_COMMAND } from "./lists.ts";
import { remembering } from "./memo.ts";
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
const histogram = new Uint32Array(256);

/** What a command line says. */
export const commandOf: (text: string) => Command = remembering((text) => {
  histogram.fill(0);
  addCharacters(text.slice(0, ENTROPY_OVER), histogram);
  return {
    entropy: entropyBits(histogram),
    encoded: ENCODED_COMMAND.test(text.slice(0, LOOKED_AT)),
  };
}, { kept: 8_192, longest: 512 });
