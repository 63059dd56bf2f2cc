/**
 * Who may do what: roles are bundles of permissions, and an API token holds some of them.
 * @module
 */

/** Everything that can be allowed, each with the sentence that a person reads. */
export const PERMISSIONS = {
  read: "see hosts, users, scores and alerts",
  triage: "label, assign, close and suppress alerts",
  configure: "set the budget, criticality and exports, and start jobs",
  accounts: "manage accounts, tokens and agents",
  audit: "read the audit log",
  unmask: "see the name behind a pseudonym",
  erase: "export and erase a user's data",
} as const;

/** One of {@link PERMISSIONS}. */
export type Permission = keyof typeof PERMISSIONS;

/** What each role may do. No role both administers accounts and unmasks. */
export const ROLES = {
  viewer: ["read"],
  analyst: ["read", "triage"],
  administrator: ["read", "triage", "configure", "accounts", "audit"],
  privacyOfficer: ["read", "audit", "unmask", "erase"],
} as const satisfies Record<string, readonly Permission[]>;

/** One of {@link ROLES}. */
export type Role = keyof typeof ROLES;

/** Whether a text names a role. */
export function isRole(text: string): text is Role {
  return Object.hasOwn(ROLES, text);
}

/** Whether a text names a permission. */
export function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}

/** What the roles allow together. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role): readonly Permission[] => ROLES[role]));
}

/** Who makes a request, after authentication. */
export interface Principal {
  /** How they came in: a session of the console, an API token, or the development token. */
  readonly kind: "session" | "token" | "development";
  /** The account behind it; undefined for the development token. */
  readonly accountId: string | undefined;
  /** Name for the audit log: the account's, with the token's where one is used. */
  readonly name: string;
  /** Limits are counted by this key: the session's or token's own id. */
  readonly limitKey: string;
  /** What they may do. */
  readonly permissions: ReadonlySet<Permission>;
}
