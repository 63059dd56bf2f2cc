/**
 * The UEBA baseline report: what is usual on an estate, a host or for a user, how far to believe
 * it, and what was strange. This is its content; {@link "./html.ts"} shows it.
 * @module
 */

/** What a report is about. */
export type Scope =
  | { readonly kind: "estate" }
  | { readonly kind: "host"; readonly hostId: string }
  | { readonly kind: "user"; readonly userId: string };

/** A name that a person reads: a user's pseudonym, and the account's name where it was unmasked. */
export interface Who {
  readonly userId: string;
  readonly name: string | null;
  readonly entityClass: string;
}

/** What is usual in one column, in its own unit. */
export interface Usual {
  readonly feature: string;
  readonly phrase: string;
  readonly unit: string;
  /** Letter of the column's block, A to L. */
  readonly block: string;
  /** Share of the windows that are not 0. */
  readonly activeShare: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  /** Windows it was learned from. */
  readonly windows: number;
}

/** How a host's model came out. */
export interface ModelLine {
  readonly host: string;
  /** Windows that the host had to learn from, and needs for a model of its own. */
  readonly windows: number;
  readonly needed: number;
  /** Why the model of its peers stands in; null where it has its own. */
  readonly standIn: string | null;
  /** ROC AUC on held-out windows against synthetic anomalies. */
  readonly autoencoder: number | null;
  readonly gan: number | null;
  readonly fused: number | null;
  readonly winner: string | null;
  /** Detectors that did not pass the gate, and whether the GAN collapsed. */
  readonly rejected: readonly string[];
  readonly collapsed: boolean;
  readonly trainedFrom: string | null;
  readonly trainedTo: string | null;
}

/** One strange window. */
export interface Strange {
  readonly start: string;
  readonly host: string;
  readonly who: Who;
  readonly p: number;
  readonly confidence: number;
  /** Why, largest contribution first. */
  readonly sentences: readonly string[];
  readonly techniques: readonly string[];
}

/** A report's whole content; times are ISO 8601 in UTC. */
export interface Report {
  readonly form: "habit-report/1";
  readonly schema: string;
  readonly scope: Scope;
  /** Name of the host, or what is known of the user. */
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly madeAt: string;
  /** Whether names were unmasked for it. */
  readonly unmasked: boolean;
  readonly data: {
    readonly windows: number;
    readonly events: number;
    readonly users: number;
    readonly hosts: number;
    /** Hosts that sent nothing in the last day of the time. */
    readonly silent: readonly { readonly host: string; readonly lastSeen: string }[];
  };
  readonly classes: readonly {
    readonly entityClass: string;
    readonly users: number;
    readonly windows: number;
  }[];
  /** What is audited: of how many hosts, and how many columns depend on it. */
  readonly channels: readonly {
    readonly name: string;
    readonly hosts: number;
    readonly columns: number;
  }[];
  /** Windows by hour of the week in the hosts' own time, Monday 0:00 first: 168. */
  readonly hours: readonly number[];
  /** Strangest p-value of each hour as -log10. */
  readonly timeline: { readonly hours: readonly number[]; readonly strangeness: readonly number[] };
  /** For a host or a user: what is usual, column by column. */
  readonly usual: readonly Usual[];
  /** Which host `usual` is of, where a user works on several. */
  readonly usualOn: string | null;
  /** For a user: hosts worked on; for a host: its users. */
  readonly presence: readonly {
    readonly host: string | null;
    readonly who: Who | null;
    readonly windows: number;
    readonly firstSeen: string;
    readonly lastSeen: string;
  }[];
  /** For a user: users of the same kind that share most hosts. */
  readonly peers: readonly {
    readonly who: Who;
    readonly sharedHosts: number;
    readonly risk: number;
  }[];
  readonly models: readonly ModelLine[];
  /** Hosts by kind of model, over all of the scope. */
  readonly learning: { readonly own: number; readonly standIn: number; readonly none: number };
  readonly thresholds: {
    /** Alerts a day that are asked for, over the whole estate. */
    readonly budgetPerDay: number;
    /** Alerts a day that came, of this scope. */
    readonly alertsPerDay: number;
    /** p-values against the share of windows that have at most that. */
    readonly calibration: readonly { readonly p: number; readonly share: number }[];
  };
  readonly risky: readonly { readonly who: Who; readonly risk: number; readonly days: number }[];
  readonly strange: readonly Strange[];
  readonly alerts: readonly {
    readonly state: string;
    readonly label: string | null;
    readonly count: number;
  }[];
  readonly suppressions: number;
  /** Techniques that columns may show, whether all, some or none of those are audited, and windows seen. */
  readonly attack: readonly {
    readonly technique: string;
    readonly columns: number;
    readonly audited: number;
    readonly seen: number;
  }[];
  /** Against the time of the same length before. */
  readonly before: {
    readonly windows: number;
    readonly users: number;
    readonly alerts: number;
    /** Sentences on columns that changed; only for a user. */
    readonly changes: readonly string[];
  };
}
