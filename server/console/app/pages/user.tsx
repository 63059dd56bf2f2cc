/**
 * One user: strangeness over time, habits, hosts, peers, and what changed.
 * @module
 */
import { useState } from "preact/hooks";
import { ApiError, ask } from "../api.ts";
import { amount, count, counted, percent, shortName } from "../format.ts";
import type { PageProps } from "../pages.ts";
import { useQuery } from "../query.ts";
import { setParameter } from "../router.ts";
import { HourOfWeek } from "../ui/heat.tsx";
import {
  Answered,
  Bar,
  Empty,
  KINDS,
  PageHead,
  Rarity,
  Risk,
  Time,
  Where,
  Who,
} from "../ui/parts.tsx";
import { Table } from "../ui/table.tsx";
import { useMay } from "../viewer.ts";
import { TimelineCard } from "./timeline_card.tsx";
import { ShowName, UserPage, type UserPageData } from "./user.graphql.ts";

type Person = NonNullable<UserPageData["user"]>;

/** The name behind the pseudonym, for whoever may see it and says why; each look is on record. */
function Name({ id }: { id: string }) {
  const [asking, setAsking] = useState(false);
  const [name, setName] = useState("");
  const [error, setError] = useState("");
  if (!useMay("unmask")) return null;
  if (name) return <bdi class="name">{name}</bdi>;
  if (!asking) return <button type="button" onClick={() => setAsking(true)}>Show the name</button>;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reason = String(new FormData(event.target as HTMLFormElement).get("reason"));
    try {
      const { unmaskUser: { request, userErrors } } = await ask(ShowName, { userId: id, reason });
      const shown = request?.name;
      setName(shown ?? "");
      const instead = shown === ""
        ? "No name was sent with this account."
        : "A second privacy officer must approve first; see Settings.";
      setError(userErrors[0]?.message ?? (shown ? "" : instead));
    } catch (error) {
      setError(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <form class="row" onSubmit={submit}>
      <label class="sr" for="reason">Why do you need the name?</label>
      <input
        id="reason"
        name="reason"
        type="text"
        required
        minLength={10}
        placeholder="Why? It is put on record."
        autocomplete="off"
      />
      <button type="submit" class="primary">Show</button>
      <span class="error" role="alert">{error}</span>
    </form>
  );
}

function Changes({ changes }: { changes: Person["changes"] }) {
  if (changes.length === 0) {
    return <p class="muted">Nothing that chance would not explain.</p>;
  }
  return (
    <ul class="list">
      {changes.slice(0, 8).map(({ before, now, feature }) => (
        <li key={feature.name}>
          <span class={now > before ? "rose" : "fell"}>{now > before ? "more" : "less"}</span>
          <span>{feature.phrase}</span>
          <span class="muted">
            {amount(before, feature.unit)} → {amount(now, feature.unit)} an hour
          </span>
        </li>
      ))}
    </ul>
  );
}

function Days({ reasons }: { reasons: Person["riskReasons"] }) {
  const open = (start: string) => setParameter("at", start);
  return (
    <Table
      name="days"
      rows={reasons.filter(({ share }) => share >= 0.005)}
      rowKey={({ day }) => day}
      columns={[
        {
          title: "Strangest hour",
          cell: ({ windowStart }) => (
            <button
              type="button"
              class="link"
              onClick={() => open(windowStart)}
            >
              <Time at={windowStart} />
            </button>
          ),
          csv: ({ windowStart }) => windowStart,
        },
        { title: "How rare", cell: ({ p }) => <Rarity p={p} />, csv: ({ p }) => p },
        {
          title: "Part of the risk",
          cell: ({ share }) => (
            <span class="part">
              <Bar share={share} />
              <span class="muted">{percent(share)}</span>
            </span>
          ),
          csv: ({ share }) => share,
        },
        {
          title: "Host",
          cell: ({ host }) => <Where host={host} />,
          csv: ({ host }) => host?.name ?? "",
          wide: true,
        },
      ]}
    />
  );
}

function Profile({ user, groups }: { user: Person; groups: UserPageData["peerGroups"] }) {
  const group = groups.find(({ entityClass }) => entityClass === user.entityClass);
  return (
    <div class="stack">
      <TimelineCard userId={user.id} />
      <div class="columns">
        <section class="card">
          <h2>Usual hours</h2>
          <HourOfWeek hours={user.hoursOfWeek} />
          <p class="muted">In the hosts' own time; darker is more often.</p>
        </section>
        <section class="card">
          <h2>What changed in the latest week</h2>
          <Changes changes={user.changes} />
        </section>
        <section class="card">
          <h2>Peers</h2>
          {group && (
            <p class="muted">
              Rank {count(user.riskierPeers + 1)} of {count(group.users)}{" "}
              by risk; half have less than {group.medianRisk.toFixed(1)}.
            </p>
          )}
          <ul class="list">
            {user.peers.map(({ user: peer, sharedHosts }) =>
              peer && (
                <li key={peer.id}>
                  <Who user={peer} />
                  <Risk value={peer.risk} />
                  <span class="muted">{counted(sharedHosts, "host")} shared</span>
                </li>
              )
            )}
          </ul>
        </section>
        <section class="card">
          <h2>Hosts</h2>
          <ul class="list">
            {user.hosts.slice(0, 12).map(({ host, lastSeen }) =>
              host && (
                <li key={host.id}>
                  <Where host={host} />
                  <span class="muted">
                    last <Time at={lastSeen} />
                  </span>
                </li>
              )
            )}
          </ul>
          {user.hosts.length > 12 && <p class="muted">and {user.hosts.length - 12} more</p>}
        </section>
      </div>
      <section>
        <h2 class="above">What the risk is made of</h2>
        <Days reasons={user.riskReasons} />
      </section>
    </div>
  );
}

/** The page. */
export function User({ params }: PageProps) {
  const query = useQuery(UserPage, { id: params.id! });
  return (
    <Answered query={query}>
      {({ user, peerGroups }) =>
        user
          ? (
            <>
              <PageHead
                title={<span title={user.pseudonym}>User {shortName(user.pseudonym)}</span>}
                lead={
                  <>
                    {KINDS[user.entityClass]}, on {counted(user.hostCount, "host")}, last seen{" "}
                    <Time at={user.lastSeen} />
                  </>
                }
              >
                <span class="figure">
                  Risk <Risk value={user.risk} />
                </span>
                <a
                  class="button"
                  href={`/reports?user=${encodeURIComponent(user.id)}`}
                >
                  Report
                </a>
                <Name id={user.id} />
              </PageHead>
              <Profile user={user} groups={peerGroups} />
            </>
          )
          : (
            (
              <>
                <PageHead title="Not found" />
                <Empty title="There is no such user">
                  <p>Users may be erased on request.</p>
                </Empty>
              </>
            )
          )}
    </Answered>
  );
}
