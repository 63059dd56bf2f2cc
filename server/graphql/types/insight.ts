/**
 * What the console shows beside lists: time, habits, peers, changes, and how far to believe a host.
 * @module
 */
import { columnMask, FEATURES, MASK_CHANNELS } from "@/features/schema.ts";
import { type Change, changes } from "@/models/changes.ts";
import { MIN_WINDOWS } from "@/models/detection.ts";
import { builder, needs, requiredUuid, uuidOf } from "../builder.ts";
import { badInput } from "../errors.ts";
import {
  type AlertedColumnRow,
  alertedColumns,
  auditedChannels,
  calibration,
  CALIBRATION_P,
  type HistoryRow,
  hoursOfWeek,
  overview,
  type OverviewRow,
  type PeerRow,
  peers,
  type RecentHoursRow,
  recentWindows,
  riskierPeers,
  type Timeline as TimelineRow,
  timeline,
} from "../queries/insight.ts";
import { Host } from "./host.ts";
import { User } from "./user.ts";
import { Feature, wireValues } from "./window.ts";

const MAX_POINTS = 100_000;

const Timeline = builder.objectRef<TimelineRow>("Timeline").implement({
  description: "Strangeness over time as two lists of one length, oldest first.",
  fields: (t) => ({
    hours: t.exposeIntList("hours", { description: "Starts in hours since 1970 UTC." }),
    strangeness: t.exposeFloatList("strangeness", {
      description: "-log10 of the hour's smallest p-value: 3 is one in 1,000.",
    }),
    scored: t.exposeInt("scored", {
      description: "Scored hours in the range; more than listed where they were thinned.",
    }),
  }),
});

builder.queryField("timeline", (t) =>
  t.field({
    type: Timeline,
    description: "How strange a user, a host, or a user on a host was, hour by hour.",
    extensions: { ...needs.read, cost: 100 },
    args: {
      userId: t.arg.id({ description: "The user; at least one of both is needed." }),
      hostId: t.arg.id({ description: "The host." }),
      from: t.arg({ type: "DateTime", description: "First start." }),
      to: t.arg({ type: "DateTime", description: "Starts before this." }),
      points: t.arg.int({
        defaultValue: 5_000,
        description: "At most 100,000; where there are more, the strangest of neighbours stays.",
      }),
    },
    resolve(_, args, { sql }) {
      const userId = uuidOf("User", args.userId);
      const hostId = uuidOf("Host", args.hostId);
      if (!userId && !hostId) throw badInput("Say whose timeline: userId, hostId or both");
      const points = Math.min(Math.max(args.points ?? 5_000, 1), MAX_POINTS);
      return timeline(sql, {
        userId,
        hostId,
        from: args.from ?? null,
        to: args.to ?? null,
        points,
      });
    },
  }));

const Peer = builder.objectRef<PeerRow>("Peer").implement({
  description: "A user of the same kind that works on the same hosts.",
  fields: (t) => ({
    user: t.field({
      type: User,
      nullable: true,
      description: "Who.",
      resolve: ({ userId }, _, { loaders }) => loaders.user.load(userId),
    }),
    sharedHosts: t.exposeInt("sharedHosts", { description: "Hosts that both were seen on." }),
  }),
});

const ChangeType = builder.objectRef<Change>("Change").implement({
  description: "A column whose hours of the latest week differ from the three weeks before.",
  fields: (t) => ({
    feature: t.field({
      type: Feature,
      description: "The column.",
      resolve: ({ index }) => ({ index }),
    }),
    before: t.exposeFloat("before", { description: "Mean an hour, in the three weeks before." }),
    now: t.exposeFloat("now", { description: "Mean an hour, in the latest week." }),
    t: t.exposeFloat("t", { description: "How sure: Welch's t; negative where it fell." }),
  }),
});

builder.objectFields(User, (t) => ({
  hoursOfWeek: t.intList({
    description: "Windows by hour of the week in the hosts' own time, Monday 0:00 first: 168.",
    extensions: { cost: 20 },
    resolve: ({ userId }, _, { sql }) => hoursOfWeek(sql, userId),
  }),
  peers: t.field({
    type: [Peer],
    description: "Users of the same kind that share most hosts.",
    extensions: { cost: 20 },
    args: { first: t.arg.int({ defaultValue: 5, description: "How many, at most 50." }) },
    resolve: ({ userId }, { first }, { sql }) =>
      peers(sql, userId, Math.min(Math.max(first ?? 5, 1), 50)),
  }),
  riskierPeers: t.int({
    description: "Users of the same kind whose risk is higher.",
    extensions: { cost: 5 },
    resolve: ({ entityClass, risk }, _, { sql }) => riskierPeers(sql, entityClass, risk),
  }),
  changes: t.field({
    type: [ChangeType],
    description: "What changed in the user's latest week, surest first.",
    extensions: { cost: 60 },
    async resolve({ userId, lastSeen }, _, { sql }) {
      const rows = await recentWindows(sql, userId, lastSeen, 7);
      return changes(rows.map((row) => ({ ...row, values: wireValues(row.values) })));
    },
  }),
}));

interface ChannelRow {
  readonly name: string;
  readonly audited: boolean;
  readonly columns: number;
}

const Channel = builder.objectRef<ChannelRow>("AuditChannel").implement({
  description: "One of the 16 kinds of auditing that columns depend on.",
  fields: (t) => ({
    name: t.exposeString("name", { description: "Identifier." }),
    audited: t.exposeBoolean("audited", {
      description: "Whether the host's latest week of windows had it.",
    }),
    columns: t.exposeInt("columns", {
      description: "Columns that count on this host only where this is audited.",
    }),
  }),
});

/** Channels with what each adds: columns that would be lost, or gained, by it alone. */
function channelRows(audited: number): ChannelRow[] {
  return MASK_CHANNELS.map((name, i) => {
    const bit = 1 << i;
    const [without, having] = [columnMask(audited & ~bit), columnMask(audited | bit)];
    const columns = FEATURES.filter((_, column) => having[column] && !without[column]).length;
    return { name, audited: (audited & bit) !== 0, columns };
  });
}

const CalibrationPoint = builder.objectRef<{ p: number; share: number }>("CalibrationPoint")
  .implement({
    description: "How often p-values are at most as small as they say.",
    fields: (t) => ({
      p: t.exposeFloat("p", { description: "The p-value: what share of usual windows says." }),
      share: t.exposeFloat("share", {
        description: "Share of the host's windows that have it or less.",
      }),
    }),
  });

const History = builder.objectRef<HistoryRow>("HostHistory").implement({
  description: "How much a host has sent, and how much a model of its own needs.",
  fields: (t) => ({
    windows: t.exposeInt("windows", { description: "Windows ever taken in." }),
    needed: t.int({
      description: "Windows from which the host has a model of its own.",
      resolve: () => MIN_WINDOWS,
    }),
    since: t.expose("since", {
      type: "DateTime",
      nullable: true,
      description: "Start of the first window that is still kept.",
    }),
  }),
});

interface HostReason {
  readonly day: string;
  readonly userId: string;
  readonly windowStart: string;
  readonly p: number;
  readonly surprise: number;
}

const HostRiskReason = builder.objectRef<HostReason>("HostRiskReason").implement({
  description: "The strangest user of one day on a host.",
  fields: (t) => ({
    day: t.exposeString("day", { description: "The day, UTC: 2026-11-23." }),
    user: t.field({
      type: User,
      nullable: true,
      description: "Who.",
      resolve: ({ userId }, _, { loaders }) => loaders.user.load(userId),
    }),
    windowStart: t.field({
      type: "DateTime",
      description: "Start of the strangest window.",
      resolve: ({ windowStart }) => new Date(windowStart),
    }),
    p: t.exposeFloat("p", { description: "p-value of that window." }),
    surprise: t.exposeFloat("surprise", {
      description: "-ln of the chance that so many usual windows hold one as strange.",
    }),
  }),
});

const RecentHours = builder.objectRef<RecentHoursRow>("RecentHours").implement({
  description: "What arrived of a host's latest week.",
  fields: (t) => ({
    hours: t.exposeInt("hours", { description: "Hours with at least one window." }),
    span: t.exposeInt("span", {
      description: "Hours from the first to the last of them: what is missing is a gap.",
    }),
    latest: t.expose("latest", {
      type: "DateTime",
      nullable: true,
      description: "Start of the latest window.",
    }),
  }),
});

builder.objectFields(Host, (t) => ({
  recent: t.field({
    type: RecentHours,
    nullable: true,
    description: "What arrived of its latest week.",
    extensions: { cost: 5 },
    resolve: ({ hostId }, _, { loaders }) => loaders.recent.load(hostId),
  }),
  risk: t.float({
    description: "0 to 100: the largest part of a user's risk that happened on the host.",
    resolve: async ({ hostId }, _, { loaders }) => (await loaders.hostRisk.load(hostId))?.risk ?? 0,
  }),
  riskReasons: t.field({
    type: [HostRiskReason],
    description: "The strangest user of each day, by day.",
    extensions: { cost: 5 },
    resolve: async ({ hostId }, _, { loaders }) =>
      ((await loaders.hostRisk.load(hostId))?.reasons ?? []) as HostReason[],
  }),
  history: t.field({
    type: History,
    nullable: true,
    description: "How much it has sent.",
    resolve: ({ hostId }, _, { loaders }) => loaders.history.load(hostId),
  }),
  channels: t.field({
    type: [Channel],
    description: "What the host audits and what not; empty before its first window.",
    extensions: { cost: 20 },
    async resolve({ hostId }, _, { sql }) {
      const audited = await auditedChannels(sql, hostId);
      return audited === null ? [] : channelRows(audited);
    },
  }),
  calibration: t.field({
    type: [CalibrationPoint],
    description: "p-values against how often they come; a latest week that departs is drift.",
    extensions: { cost: 40 },
    args: { days: t.arg.int({ defaultValue: 90, description: "Latest days, 1 to 400." }) },
    async resolve({ hostId }, { days }, { sql }) {
      const counts = await calibration(sql, hostId, Math.min(Math.max(days ?? 90, 1), 400));
      const all = counts.at(-1) ?? 0;
      if (all === 0) return [];
      return CALIBRATION_P.map((p, i) => ({ p, share: counts[i]! / all }));
    },
  }),
}));

builder.queryField("host", (t) =>
  t.field({
    type: Host,
    nullable: true,
    description: "One host by global id.",
    extensions: needs.read,
    args: { id: t.arg.id({ required: true, description: "Global id of the host." }) },
    resolve: (_, { id }, { loaders }) => loaders.host.load(requiredUuid("Host", id)),
  }));

interface TechniqueRow {
  readonly id: string;
  readonly columns: number[];
  readonly alerts: number;
  readonly latest: Date | null;
}

const Technique = builder.objectRef<TechniqueRow>("Technique").implement({
  description: "An ATT&CK technique that columns may show.",
  fields: (t) => ({
    id: t.exposeString("id", { description: "Number, as T1110.003." }),
    columns: t.field({
      type: [Feature],
      description: "Columns that may show it.",
      resolve: ({ columns }) => columns.map((index) => ({ index })),
    }),
    alerts: t.exposeInt("alerts", {
      description:
        "Alerts of 90 days by the column of these that was most often among the first three.",
    }),
    latest: t.expose("latest", {
      type: "DateTime",
      nullable: true,
      description: "Start of the latest such window.",
    }),
  }),
});

/** Every technique of the schema; no sum over columns, as one alert may hold several of them. */
function techniques(alerted: readonly AlertedColumnRow[]): TechniqueRow[] {
  const byColumn = new Map(alerted.map((row) => [row.column, row]));
  const ids = new Set(FEATURES.flatMap(({ attack }) => [...attack] as string[]));
  return [...ids].sort().map((id) => {
    const columns = FEATURES.flatMap(({ attack }, index) =>
      (attack as readonly string[]).includes(id) ? [index] : []
    );
    const rows = columns.flatMap((index) => byColumn.get(index) ?? []);
    return {
      id,
      columns,
      alerts: Math.max(0, ...rows.map(({ alerts }) => alerts)),
      latest: rows.map(({ latest }) => latest).sort((a, b) => b.getTime() - a.getTime())[0] ?? null,
    };
  });
}

builder.queryField("techniques", (t) =>
  t.field({
    type: [Technique],
    description: "ATT&CK techniques that are covered, and how often alerts showed them.",
    extensions: { ...needs.read, cost: 100 },
    resolve: async (_, _args, { sql }) => techniques(await alertedColumns(sql)),
  }));

const Overview = builder.objectRef<OverviewRow>("Overview").implement({
  description: "The estate in numbers.",
  fields: (t) => ({
    hosts: t.exposeInt("hosts", { description: "Hosts that have ever sent vectors." }),
    users: t.exposeInt("users", { description: "Users that have a risk." }),
    agents: t.exposeInt("agents", { description: "Enrolled agents that are not revoked." }),
    hostsLearning: t.exposeInt("hostsLearning", { description: "Hosts without any model yet." }),
    standIns: t.exposeInt("standIns", { description: "Hosts where the fleet's model stands in." }),
    openAlerts: t.exposeInt("openAlerts", { description: "Alerts that wait for a person." }),
    raisedInWeek: t.exposeInt("raisedInWeek", {
      description: "Alerts raised in the seven days before the latest one.",
    }),
    windowsInDay: t.exposeInt("windowsInDay", {
      description: "Windows judged in the estate's latest 24 hours.",
    }),
    strangestInDay: t.exposeFloat("strangestInDay", {
      nullable: true,
      description: "Smallest p-value among them.",
    }),
    latest: t.expose("latest", {
      type: "DateTime",
      nullable: true,
      description: "Start of the latest scored window.",
    }),
  }),
});

builder.queryField("overview", (t) =>
  t.field({
    type: Overview,
    description: "The estate in numbers.",
    extensions: { ...needs.read, cost: 50 },
    resolve: (_, _args, { sql }) => overview(sql),
  }));
