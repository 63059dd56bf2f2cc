/**
 * What the path of a program says.
 * @module
 */
import { USER_WRITABLE } from "./lists.ts";
import { remembering } from "./memo.ts";
import { baseName, cut, hashText } from "./text.ts";

/** A program by its path. */
export interface Program {
  /** File name, lower case: at most its first 255 characters, as many as Windows allows. */
  readonly base: string;
  /** Hash of the file name. */
  readonly name: number;
  /** It lies in a folder that users may write to. */
  readonly userPath: boolean;
}

/** Longest file name, characters. */
const LONGEST_NAME = 255;

/** The program at a path. */
export const programOf: (path: string) => Program = remembering((path) => {
  const name = baseName(path);
  const base = name.length > LONGEST_NAME ? cut(name, LONGEST_NAME) : name;
  return { base, name: hashText(name), userPath: USER_WRITABLE.test(path) };
}, { kept: 4_096, longest: 260 });
