/**
 * Keys: each page says which it takes; `?` lists them, `g` and a letter goes to a page.
 * @module
 */
import { signal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";

/** What a key does. */
export interface Binding {
  readonly key: string;
  readonly does: string;
  readonly run: () => void;
}

/** What the page in view takes, latest first. */
export const bindings = signal<readonly (readonly Binding[])[]>([]);

/** Keys go to what is written in, or held with a modifier to the browser. */
function isTyping({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true;
  return target instanceof HTMLElement &&
    (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.closest("dialog") !== null);
}

/** On a button or link Enter already does something. */
function isPress({ key, target }: KeyboardEvent): boolean {
  return key === "Enter" && target instanceof Element && target.closest("a, button") !== null;
}

let after = "";

addEventListener("keydown", (event) => {
  if (isTyping(event) || isPress(event)) return;
  const pressed = after === "" ? event.key : `${after} ${event.key}`;
  const all = bindings.value.flat();
  const found = all.find(({ key }) => key === pressed);
  const starts = all.some(({ key }) => key.startsWith(`${pressed} `));
  after = starts && !found ? pressed : "";
  if (!found) return;
  event.preventDefault();
  found.run();
});

/** Takes keys while the component is shown. */
export function useKeys(keys: readonly Binding[]): void {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => { // as soon as the page can be seen, its keys work
    const mine = keys.map(({ key, does }) => ({
      key,
      does,
      run: () => latest.current.find((it) => it.key === key)?.run(),
    }));
    bindings.value = [mine, ...bindings.value];
    return () => void (bindings.value = bindings.value.filter((it) => it !== mine));
  }, [keys.map(({ key }) => key).join()]);
}
