/**
 * What the path of a program says. Paths come again and again, so what they say is kept.
 * @module
 */
import { USER_WRITABLE } from "./lists.ts";
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

/** Paths that are kept; when there are more, all are forgotten. */
const KEPT = 4_096;
/** Longest path that is kept, characters. */
const LONGEST = 260;
/** Longest file name, characters. */
const LONGEST_NAME = 255;
const known = new Map<string, Program>();

/** The program at a path. */
export function programOf(path: string): Program {
  let program = known.get(path);
  if (program) return program;
  const name = baseName(path);
  const base = name.length > LONGEST_NAME ? cut(name, LONGEST_NAME) : name;
  program = { base, name: hashText(name), userPath: USER_WRITABLE.test(path) };
  if (path.length > LONGEST) return program;
  if (known.size >= KEPT) known.clear();
  known.set(path, program);
  return program;
}
