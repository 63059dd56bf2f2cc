/** Settings of training from a file. @module */
import { parseTraining, type TrainingSettings } from "@/models/training.ts";

/** Reads a file of settings; undefined without one. @throws with the file's name and what is wrong. */
export function readTraining(file: string | undefined): TrainingSettings | undefined {
  if (file === undefined) return undefined;
  try {
    return parseTraining(JSON.parse(Deno.readTextFileSync(file)));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new Error(`Cannot use --training ${file}: ${error.message}`);
  }
}
