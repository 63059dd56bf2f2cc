/**
 * Addresses: every page, filter and chosen row has one, so that a link shows the same to others.
 * @module
 */
import { signal } from "@preact/signals";

/** Where the person is. */
export const address = signal(new URL(location.href));

addEventListener("popstate", () => address.value = new URL(location.href));

/** Goes to an address of the console. */
export function go(href: string, options: { readonly replace?: boolean } = {}): void {
  const url = new URL(href, address.value);
  if (url.href === address.value.href) return;
  history[options.replace ? "replaceState" : "pushState"](null, "", url);
  const samePage = url.pathname === address.value.pathname;
  address.value = url;
  if (!samePage) {
    scrollTo(0, 0);
    queueMicrotask(() => document.querySelector("main")?.focus());
  }
}

/** Changes one parameter of the address; an empty value takes it away. */
export function setParameter(name: string, value: string): void {
  const url = new URL(address.value);
  if (value === "") url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  go(url.href, { replace: true });
}

/** A parameter of the address, "" if there is none. */
export function parameter(name: string): string {
  return address.value.searchParams.get(name) ?? "";
}

/** Follows links inside the console without loading the page anew. */
export function followLinks(): void {
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest?.("a");
    if (!link || event.defaultPrevented || event.button !== 0 || link.target) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || link.hasAttribute("download")) return;
    if (link.origin !== location.origin || /^\/(auth|graphql|reports)\//.test(link.pathname)) {
      return;
    }
    event.preventDefault();
    go(link.href);
  });
}

/** The parts of a path that fits a pattern such as `/users/:id`; undefined if it does not. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const source = pattern.replace(/:(\w+)/g, (_, name) => {
    names.push(name);
    return "([^/]+)";
  });
  const found = new RegExp(`^${source}/?$`).exec(path);
  if (!found) return undefined;
  try {
    return Object.fromEntries(names.map((name, i) => [name, decodeURIComponent(found[i + 1]!)]));
  } catch {
    return undefined; // a lone % in the address
  }
}
