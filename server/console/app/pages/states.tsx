/**
 * What a person meets before there are alerts: nothing enrolled, learning, and a quiet day.
 * @module
 */
import { useState } from "preact/hooks";
import { act } from "../act.tsx";
import { ago, count, number, oneIn } from "../format.ts";
import { useQuery } from "../query.ts";
import { Answered, CopyText, Empty, Time, Where } from "../ui/parts.tsx";
import { useMay } from "../viewer.ts";
import { FirstEnrolment, LearningHosts, type LearningHostsData } from "./states.graphql.ts";
import type { EstateData } from "./today.graphql.ts";

/** The line that enrols a Windows host, for an administrator's PowerShell. */
export function enrolmentLine(token: string): string {
  return `.\\install.ps1 -Server ${location.origin} -Token ${token}`;
}

/** No host has sent anything: the next step, with the line to copy. */
export function NothingEnrolled() {
  const mayEnrol = useMay("accounts");
  const [token, setToken] = useState("");
  const make = async () => {
    const made = await act(FirstEnrolment, { note: "first hosts", uses: 10 });
    setToken(made?.createEnrolmentToken.secret ?? "");
  };
  return (
    <Empty title="No host is enrolled yet">
      <p>
        Each Windows host gets a small agent. It counts what users do, hour by hour; the events
        themselves stay there.
      </p>
      {!mayEnrol && <p>Ask an administrator for an enrolment token.</p>}
      {mayEnrol && !token && (
        <p>
          <button type="button" class="primary" onClick={make}>
            Make a token for the first 10 hosts
          </button>
        </p>
      )}
      {token && (
        <>
          <p>
            In PowerShell as an administrator, beside <code>install.ps1</code>,{" "}
            <code>agent.js</code> and <code>deno.exe</code>:
          </p>
          <CopyText text={enrolmentLine(token)} label="Enrolment line" />
          <p>The token holds 7 days and is shown only now. This page goes on by itself.</p>
        </>
      )}
    </Empty>
  );
}

type LearningHost = LearningHostsData["hosts"]["edges"][number]["node"];

/** When a host will have windows enough, at its present pace; undefined while that is unknown. */
export function readyAt({ history, firstSeen, lastSeen }: LearningHost): Date | undefined {
  if (!history || history.windows === 0) return undefined;
  const [first, last] = [Date.parse(firstSeen), Date.parse(lastSeen)];
  const pace = history.windows / Math.max(last - first, 3_600_000);
  return new Date(last + (history.needed - history.windows) / pace);
}

/** Hosts have sent, but none has a model yet: how far each is, and when it will be ready. */
export function Learning() {
  const query = useQuery(LearningHosts, { first: 50 });
  return (
    <Answered query={query}>
      {({ hosts }) => (
        <Empty title="Learning what is usual">
          <p>
            A host is judged once it has sent {hosts.edges[0]?.node.history?.needed ?? 48}{" "}
            windows, about two working weeks of one user. Before that, a score would be a guess.
          </p>
          <ul class="learning">
            {hosts.edges.map(({ node }) => {
              const { windows = 0, needed = 48 } = node.history ?? {};
              const ready = readyAt(node);
              return (
                <li key={node.id}>
                  <Where host={node} />
                  <progress max={needed} value={Math.min(windows, needed)} aria-label={node.name} />
                  <span class="muted">
                    {count(windows)} of {count(needed)}
                    {windows >= needed
                      ? ", training is due"
                      : ready && `, ready ${ago(ready.getTime(), Date.now())}`}
                  </span>
                </li>
              );
            })}
          </ul>
        </Empty>
      )}
    </Answered>
  );
}

/** No alert: why that can be believed. */
export function NoAlerts({ estate, state }: { estate: EstateData; state: string }) {
  const { hosts, hostsLearning, standIns, windowsInDay, strangestInDay, latest, raisedInWeek } =
    estate.overview;
  if (state !== "open") return <Empty title={`No ${state} alerts`} />;
  return (
    <Empty title="Nothing is strange enough">
      <p>
        {count(windowsInDay)} hours of users were judged in the latest 24 hours
        {latest && (
          <>
            , the last at <Time at={latest} />
          </>
        )}
        {strangestInDay !== null && <>; the strangest was {oneIn(strangestInDay)}</>}.
      </p>
      <p>
        The budget is {number(estate.settings.alertsPerDay)} alerts a day; {count(raisedInWeek)}
        {" "}
        were raised in the last week that had any. {hosts - hostsLearning - standIns} of{" "}
        {count(hosts)}{" "}
        hosts have a model of their own{standIns > 0 && (
          <>, the fleet's stands in on {count(standIns)}</>
        )}
        {hostsLearning > 0 && <>, {count(hostsLearning)} still learn</>}.
      </p>
    </Empty>
  );
}
