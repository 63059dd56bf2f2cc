/**
 * Windows: what a user did on a host in an hour, column by column, with what is usual beside.
 * @module
 */
import { BLOCKS, type Column, columnMask, FEATURES } from "@/features/schema.ts";
import { WINDOW_MS } from "@/features/vector.ts";
import { builder, idParts, local, localParts, needs, requiredUuid, uuidOf } from "../builder.ts";
import { connectionOf, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { WINDOW_ORDER, windowsOfHost } from "../queries/scores.ts";
import type { BaselineRow, WindowKey, WindowRow } from "../rows.ts";
import { windowId } from "../loaders.ts";
import { Host } from "./host.ts";
import { User } from "./user.ts";

/** One of the 128 columns. */
export const Feature = builder.objectRef<{ index: number }>("Feature").implement({
  description: "One of the 128 columns of a vector.",
  fields: (t) => ({
    index: t.exposeInt("index", { description: "Place in the vector, 0 to 127." }),
    name: t.string({ description: "Identifier.", resolve: ({ index }) => FEATURES[index]!.name }),
    phrase: t.string({
      description: "For people.",
      resolve: ({ index }) => FEATURES[index]!.phrase,
    }),
    unit: t.string({
      description: "Unit of values.",
      resolve: ({ index }) => FEATURES[index]!.unit,
    }),
    block: t.string({
      description: "Letter of the block, A to L.",
      resolve: ({ index }) => BLOCKS[index]!,
    }),
    techniques: t.stringList({
      description: "ATT&CK techniques that it may show.",
      resolve: ({ index }) => [...(FEATURES[index] as Column).attack],
    }),
  }),
});

/** A baseline in the column's own units. */
export const Baseline = builder.objectRef<BaselineRow>("Baseline").implement({
  description: "What is usual for a user on a host in one column.",
  fields: (t) => {
    const scaled = (field: "median" | "iqr" | "p95" | "p99", description: string) =>
      t.float({ description, resolve: (row) => row[field] / FEATURES[row.feature]!.wireScale });
    return {
      feature: t.field({
        type: Feature,
        description: "The column.",
        resolve: ({ feature }) => ({ index: feature }),
      }),
      windows: t.exposeInt("windows", { description: "Windows it was learned from." }),
      activeShare: t.exposeFloat("activeShare", {
        description: "Share of windows that are not 0.",
      }),
      median: scaled("median", "Middle value."),
      iqr: scaled("iqr", "Width of the middle half."),
      p95: scaled("p95", "19 of 20 windows stay below."),
      p99: scaled("p99", "99 of 100 windows stay below."),
      trainedFrom: t.expose("trainedFrom", { type: "DateTime", description: "First window." }),
      trainedTo: t.expose("trainedTo", { type: "DateTime", description: "Last window." }),
    };
  },
});

interface FeatureValueRow {
  readonly index: number;
  readonly value: number;
  readonly audited: boolean;
  readonly window: WindowKey;
}

const FeatureValue = builder.objectRef<FeatureValueRow>("FeatureValue").implement({
  description: "One column of one window.",
  fields: (t) => ({
    feature: t.field({
      type: Feature,
      description: "The column.",
      resolve: ({ index }) => ({ index }),
    }),
    value: t.exposeFloat("value", { description: "Value in the column's unit." }),
    audited: t.exposeBoolean("audited", {
      description: "False where the host does not audit what the column needs: it does not count.",
    }),
    baseline: t.field({
      type: Baseline,
      nullable: true,
      description: "What is usual; null where not learned yet.",
      extensions: { cost: 0.2 },
      resolve: async ({ index, window }, _, { loaders }) =>
        (await loaders.baseline.load(window)).find(({ feature }) => feature === index) ?? null,
    }),
  }),
});

/** The values of a vector in wire units. */
export function wireValues(bytes: Uint8Array): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

function featureValues(row: WindowRow, nonZero: boolean): FeatureValueRow[] {
  const mask = columnMask(row.channels);
  const rows = Array.from(wireValues(row.values), (wire, index) => ({
    index,
    value: wire / FEATURES[index]!.wireScale,
    audited: mask[index] === 1,
    window: row,
  }));
  return nonZero ? rows.filter(({ value, audited }) => value !== 0 && audited) : rows;
}

/** The key in a window's global id. */
export function windowKey(parts: readonly string[]): WindowKey {
  const [hostId, userId, start] = parts;
  return { hostId: hostId!, userId: userId!, windowStart: new Date(Number(start)) };
}

/** An hour of a user on a host. */
export const Window = builder.objectRef<WindowRow>("Window");

builder.node(Window, {
  description: "What one user did on one host in one hour, as 128 numbers.",
  id: { resolve: local("Window", windowId), description: "Global id." },
  loadOne: (id, { loaders }) => loaders.window.load(windowKey(localParts("Window", id, 3))),
  fields: (t) => ({
    start: t.expose("windowStart", { type: "DateTime", description: "Start of the hour." }),
    end: t.field({
      type: "DateTime",
      description: "End of the hour, exclusive.",
      resolve: ({ windowStart }) => new Date(windowStart.getTime() + WINDOW_MS),
    }),
    offsetMinutes: t.exposeInt("offsetMinutes", { description: "The host's minutes from UTC." }),
    events: t.exposeInt("events", { description: "Events counted into it." }),
    host: t.field({
      type: Host,
      nullable: true,
      description: "Where.",
      resolve: ({ hostId }, _, { loaders }) => loaders.host.load(hostId),
    }),
    user: t.field({
      type: User,
      nullable: true,
      description: "Who.",
      resolve: ({ userId }, _, { loaders }) => loaders.user.load(userId),
    }),
    features: t.field({
      type: [FeatureValue],
      description: "The columns with what is usual beside them.",
      extensions: { cost: 40 },
      args: {
        nonZero: t.arg.boolean({
          defaultValue: true,
          description: "Only columns that are audited and not 0.",
        }),
      },
      resolve: (row, { nonZero }) => featureValues(row, nonZero ?? true),
    }),
  }),
});

const WindowConnection = connectionType("Window", Window);

builder.queryField("windows", (t) =>
  t.field({
    type: WindowConnection,
    description: "Windows of a host, latest first.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      hostId: t.arg.id({ required: true, description: "The host." }),
      userId: t.arg.id({ description: "Only this user." }),
      from: t.arg({ type: "DateTime", description: "First start." }),
      to: t.arg({ type: "DateTime", description: "Starts before this." }),
    },
    async resolve(_, args, { sql }) {
      const page = readPage(args, WINDOW_ORDER);
      const filter = {
        userId: uuidOf("User", args.userId),
        from: args.from ?? null,
        to: args.to ?? null,
      };
      const hostId = requiredUuid("Host", args.hostId);
      return connectionOf(await windowsOfHost(sql, hostId, filter, page), page);
    },
  }));

builder.queryField("window", (t) =>
  t.field({
    type: Window,
    nullable: true,
    description: "One window by global id.",
    extensions: needs.read,
    args: { id: t.arg.id({ required: true, description: "Global id of the window." }) },
    resolve: (_, { id }, { loaders }) => loaders.window.load(windowKey(idParts("Window", id, 3))),
  }));

builder.queryField("baselines", (t) =>
  t.field({
    type: [Baseline],
    description: "What is usual for a user on a host, column by column.",
    extensions: needs.read,
    args: {
      hostId: t.arg.id({ required: true, description: "The host." }),
      userId: t.arg.id({ description: "The user; the host as a whole if not given." }),
    },
    resolve: (_, args, { loaders }) =>
      loaders.baseline.load({
        hostId: requiredUuid("Host", args.hostId),
        userId: uuidOf("User", args.userId) ?? "00000000-0000-0000-0000-000000000000",
      }),
  }));

builder.queryField("features", (t) =>
  t.field({
    type: [Feature],
    description: "The 128 columns of the schema in vector order.",
    extensions: needs.read,
    resolve: () => FEATURES.map((_, index) => ({ index })),
  }));
