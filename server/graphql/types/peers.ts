/**
 * Peer groups: users that are judged by the same calibration.
 * @module
 */
import type { Sql } from "@/db/open.ts";
import type { EntityClass as Class } from "@/features/vector.ts";
import { builder, needs } from "../builder.ts";
import { EntityClass } from "./user.ts";

interface PeerGroupRow {
  readonly entityClass: Class;
  readonly users: number;
  readonly medianRisk: number;
  readonly highRisk: number;
}

const PeerGroup = builder.objectRef<PeerGroupRow>("PeerGroup").implement({
  description: "Users of one kind of account: they share a calibration, and their risks compare.",
  fields: (t) => ({
    entityClass: t.expose("entityClass", { type: EntityClass, description: "Kind of account." }),
    users: t.exposeInt("users", { description: "How many." }),
    medianRisk: t.exposeFloat("medianRisk", { description: "Half of them have less." }),
    highRisk: t.exposeFloat("highRisk", { description: "Nine of ten have less." }),
  }),
});

function peerGroups(sql: Sql): Promise<PeerGroupRow[]> {
  return sql<PeerGroupRow[]>`
    select entity_class as "entityClass", count(*)::int as users,
      percentile_cont(0.5) within group (order by risk) as "medianRisk",
      percentile_cont(0.9) within group (order by risk) as "highRisk"
    from risks
    group by entity_class
    order by entity_class`;
}

builder.queryField("peerGroups", (t) =>
  t.field({
    type: [PeerGroup],
    description: "Peer groups with their risks.",
    extensions: needs.read,
    resolve: (_, _args, { sql }) => peerGroups(sql),
  }));
