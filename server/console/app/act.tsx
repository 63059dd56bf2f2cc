/**
 * What a person does, and the line below the page that says what came of it.
 * @module
 */
import { signal } from "@preact/signals";
import { ApiError, ask } from "./api.ts";
import type { Operation } from "./operation.ts";

interface Word {
  readonly text: string;
  readonly failed?: boolean;
  /** Takes back what was done. */
  readonly undo?: () => void;
}

const word = signal<Word | undefined>(undefined);
const SHOWN_MS = 8_000;
let timer = 0;

/** Says something below the page for a while. */
export function say(said: Word): void {
  word.value = said;
  clearTimeout(timer);
  timer = setTimeout(() => word.value = undefined, SHOWN_MS);
}

type Payload = { readonly userErrors: readonly { readonly message: string }[] };

/** Runs a mutation; undefined, and said below the page, where it was refused. */
export async function act<Data extends Readonly<Record<string, Payload>>, Variables>(
  operation: Operation<Data, Variables>,
  variables: Variables,
): Promise<Data | undefined> {
  try {
    const data = await ask(operation, variables);
    const refused = Object.values(data).flatMap(({ userErrors }) => userErrors)[0];
    if (!refused) return data;
    say({ text: refused.message, failed: true });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    say({ text: error.message, failed: true });
  }
  return undefined;
}

/** The line itself. */
export function Said() {
  const { value } = word;
  return (
    <p class={value?.failed ? "said failed" : "said"} role="status" hidden={!value}>
      {value?.text}
      {value?.undo && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            word.value = undefined;
            value.undo!();
          }}
        >
          Undo
        </button>
      )}
    </p>
  );
}
