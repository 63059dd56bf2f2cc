/**
 * Every page of the console. To add one: write `pages/NAME.graphql` with its operations and
 * `pages/NAME.tsx` that exports a component, and add a line here.
 * @module
 */
import type { ComponentType } from "preact";
import { Agents } from "./pages/agents.tsx";
import { Attack } from "./pages/attack.tsx";
import { Audit } from "./pages/audit.tsx";
import { Host } from "./pages/host.tsx";
import { Hosts } from "./pages/hosts.tsx";
import { Jobs } from "./pages/jobs.tsx";
import { Reports } from "./pages/reports.tsx";
import { Settings } from "./pages/settings/page.tsx";
import { Today } from "./pages/today.tsx";
import { User } from "./pages/user.tsx";
import { Users } from "./pages/users.tsx";
import type { Permission } from "./viewer.ts";

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
  /** Left out of the navigation of who lacks it. */
  readonly needs?: Permission;
  readonly component: ComponentType<PageProps>;
}

/** In order of the navigation. */
export const PAGES: readonly Page[] = [
  { path: "/", title: "Today", group: "watch", key: "t", component: Today },
  { path: "/users", title: "Users", group: "watch", key: "u", component: Users },
  { path: "/users/:id", title: "User", component: User },
  { path: "/hosts", title: "Hosts", group: "watch", key: "h", component: Hosts },
  { path: "/hosts/:id", title: "Host", component: Host },
  { path: "/attack", title: "ATT&CK", group: "watch", key: "m", component: Attack },
  { path: "/reports", title: "Reports", group: "watch", key: "r", component: Reports },
  { path: "/agents", title: "Agents", group: "run", key: "a", component: Agents },
  { path: "/jobs", title: "Jobs", group: "run", key: "j", component: Jobs },
  { path: "/settings", title: "Settings", group: "run", key: "s", component: Settings },
  { path: "/audit", title: "Audit", group: "run", key: "l", component: Audit, needs: "audit" },
];
