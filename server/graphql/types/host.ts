/**
 * Hosts.
 * @module
 */
import { builder, local, localParts, needs } from "../builder.ts";
import { connectionOf, readPage } from "../keyset.ts";
import { connectionType, pageArgs } from "../list.ts";
import { HOST_ORDERS, hostsByLastSeen, hostsByName, hostsByRisk } from "../queries/hosts.ts";
import type { HostRow } from "../rows.ts";

/** A Windows host. */
export const Host = builder.objectRef<HostRow>("Host");

builder.node(Host, {
  description: "A Windows host that sends vectors.",
  id: { resolve: local("Host", ({ hostId }) => hostId), description: "Global id." },
  loadOne: (id, { loaders }) => loaders.host.load(localParts("Host", id, 1)[0]!),
  fields: (t) => ({
    name: t.exposeString("name", { description: "Computer name, lower case." }),
    criticality: t.exposeFloat("criticality", {
      description: "0.5 low, 1 normal, 1.5 high, 2 critical: multiplies the odds of users' risk.",
    }),
    offsetMinutes: t.exposeInt("offsetMinutes", {
      description: "Minutes from UTC at last report.",
    }),
    firstSeen: t.expose("firstSeen", { type: "DateTime", description: "First window's arrival." }),
    lastSeen: t.expose("lastSeen", { type: "DateTime", description: "Latest arrival." }),
  }),
});

/** A page of hosts. */
export const HostConnection = connectionType("Host", Host);

const HostOrder = builder.enumType("HostOrder", {
  description: "Orders of a list of hosts.",
  values: {
    NAME: { description: "By name, A to Z." },
    RISK: { description: "Highest risk first." },
    LAST_SEEN: { description: "Heard of last, first." },
  },
});

builder.queryField("hosts", (t) =>
  t.field({
    type: HostConnection,
    description: "Hosts that have ever sent vectors.",
    extensions: needs.read,
    args: {
      ...pageArgs(t.arg),
      nameContains: t.arg.string({ description: "Part of the name, upper or lower case." }),
      silentSince: t.arg({ type: "DateTime", description: "Only hosts not heard of since then." }),
      orderBy: t.arg({ type: HostOrder, defaultValue: "NAME", description: "The order." }),
    },
    async resolve(_, args, { sql }) {
      const order = args.orderBy ?? "NAME";
      const page = readPage(args, HOST_ORDERS[order]);
      const list = { NAME: hostsByName, RISK: hostsByRisk, LAST_SEEN: hostsByLastSeen }[order];
      return connectionOf(await list(sql, args, page), page);
    },
  }));
