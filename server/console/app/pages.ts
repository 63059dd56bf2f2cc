/**
 * Every page of the console. To add one: write `pages/NAME.graphql` with its operations and
 * `pages/NAME.tsx` that exports a component, and add a line here.
 * @module
 */
import type { ComponentType } from "preact";
import { Today } from "./pages/today.tsx";

/** What a page is given: the parts of its address. */
export interface PageProps {
  readonly params: Readonly<Record<string, string>>;
}

/** A page. */
export interface Page {
  /** Its address, with `:name` for parts that vary. */
  readonly path: string;
  /** Title of the window; of the navigation too where `group` is given. */
  readonly title: string;
  /** Where in the navigation; pages without are reached from others. */
  readonly group?: "watch" | "run";
  /** Letter that goes there after `g`. */
  readonly key?: string;
  readonly component: ComponentType<PageProps>;
}

/** In order of the navigation. */
export const PAGES: readonly Page[] = [
  { path: "/", title: "Today", group: "watch", key: "t", component: Today },
];
