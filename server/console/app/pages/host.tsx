/**
 * One host: how far its scores can be believed, and who is strange on it.
 * @module
 */
import { act, say } from "../act.tsx";
import { ago, count, counted, number } from "../format.ts";
import type { PageProps } from "../pages.ts";
import { useQuery } from "../query.ts";
import { CalibrationPlot } from "../ui/calibration.tsx";
import { Answered, Bar, Empty, KINDS, PageHead, Risk, Time, Who } from "../ui/parts.tsx";
import { Table } from "../ui/table.tsx";
import { useMay } from "../viewer.ts";
import { type ModelFigures, readFigures } from "./figures.ts";
import { HostPage, type HostPageData, RetrainHost, SetCriticality } from "./host.graphql.ts";
import { CRITICALITIES } from "./hosts.tsx";
import { TimelineCard } from "./timeline_card.tsx";

type Machine = NonNullable<HostPageData["host"]>;

/** What to switch on for each kind of auditing, in the words of Windows' own tools. */
const AUDITING: Readonly<Record<string, readonly [string, string]>> = {
  logon: ["Logons and failures", "Audit Logon, success and failure"],
  session: ["Sessions locked, unlocked, reconnected", "Audit Other Logon/Logoff Events"],
  account_mgmt: ["Changes to accounts and groups", "Audit User Account Management"],
  ntlm: ["NTLM sign-ins", "Audit Credential Validation"],
  kerberos: ["Kerberos tickets (domain controllers)", "Audit Kerberos Authentication Service"],
  directory: ["Directory changes (domain controllers)", "Audit Directory Service Changes"],
  process: ["Programs started", "Audit Process Creation"],
  cmdline: ["Their command lines", "Include command line in process creation events"],
  object: ["Files and registry keys touched", "Audit File System, Audit Registry"],
  share: ["File shares opened", "Audit File Share, Audit Detailed File Share"],
  policy: ["Changes to audit and policy", "Audit Policy Change"],
  privilege_use: ["Sensitive privileges used", "Audit Sensitive Privilege Use"],
  task: ["Scheduled tasks", "Audit Other Object Access Events"],
  system_logs: ["System log: services, restarts", "on by default"],
  powershell: ["PowerShell scripts", "Turn on PowerShell Script Block Logging"],
  sysmon: ["Sysmon", "install Microsoft Sysmon with a configuration"],
};

function Duel({ figures }: { figures: ModelFigures }) {
  const { rivals, winner, margin, collapsed, heldOut } = figures;
  return (
    <>
      <dl class="duel">
        {rivals.map(({ name, auc, isRejected, isPlain }) => (
          <div key={name} class={isPlain ? "rival plain" : "rival"}>
            <dt class={name === winner ? "won" : undefined}>{name}</dt>
            <dd>
              <Bar share={auc} />
            </dd>
            <dd class="numeric">
              {auc.toFixed(3)}
              {isRejected && <span class="badge middle">left out</span>}
            </dd>
          </div>
        ))}
      </dl>
      <p class="muted">
        ROC AUC on {heldOut ? counted(heldOut, "held-out window") : "held-out windows"}{" "}
        against synthetic anomalies; 0.5 is chance. {winner && margin !== undefined && (
          <>
            {winner} won by {number(margin)}.
          </>
        )} {collapsed && <strong>The GAN collapsed in training and does not judge.</strong>}
      </p>
    </>
  );
}

function ModelCard({ host }: { host: Machine }) {
  const { model, history } = host;
  const mayConfigure = useMay("configure");
  const retrain = async () => {
    const done = await act(RetrainHost, { hostIds: [host.id] });
    if (done) say({ text: "Training is queued; see Jobs." });
  };
  if (!model) {
    return (
      <section class="card">
        <h2>Model</h2>
        <p>
          Still learning: {count(history?.windows ?? 0)} of {history?.needed ?? 48} windows.
        </p>
      </section>
    );
  }
  const figures = readFigures(model.figures);
  return (
    <section class="card">
      <h2>{model.pooled ? "The fleet's model stands in" : "Model of its own"}</h2>
      <p>
        {figures.standIn && (
          <>
            {figures.standIn.charAt(0).toUpperCase() + figures.standIn.slice(1)}.{" "}
          </>
        )}
        {counted(model.windows, "window")} from <Time at={model.trainedFrom} /> to{" "}
        <Time at={model.trainedTo} />, trained <Time at={model.createdAt} relative />.
      </p>
      <Duel figures={figures} />
      {figures.losses.length > 0 && (
        <p class="muted">
          Last losses: {figures.losses.map(([name, loss]) => `${name} ${number(loss)}`).join(", ")}.
        </p>
      )}
      {mayConfigure && (
        <p>
          <button type="button" onClick={retrain}>Train again</button>
        </p>
      )}
    </section>
  );
}

function Auditing({ channels }: { channels: Machine["channels"] }) {
  const missing = channels.filter(({ audited }) => !audited);
  const lost = missing.reduce((sum, { columns }) => sum + columns, 0);
  return (
    <section>
      <h2 class="above">
        {missing.length === 0
          ? "Everything is audited"
          : `Not audited: ${missing.length} of ${channels.length} kinds, which hides ${
            counted(lost, "feature")
          } by themselves`}
      </h2>
      <Table
        name="kinds of auditing"
        rows={channels.toSorted((a, b) =>
          Number(a.audited) - Number(b.audited) || b.columns - a.columns
        )}
        rowKey={({ name }) => name}
        columns={[
          {
            title: "What",
            cell: ({ name }) => AUDITING[name]?.[0] ?? name,
            csv: ({ name }) => name,
          },
          {
            title: "Audited",
            cell: ({ audited }) => (
              <span class={audited ? "badge good" : "badge middle"}>{audited ? "yes" : "no"}</span>
            ),
            csv: ({ audited }) => audited ? "yes" : "no",
          },
          {
            title: "Features that need it",
            numeric: true,
            cell: ({ columns }) => columns,
            csv: ({ columns }) => columns,
          },
          {
            title: "To switch it on",
            cell: ({ name, audited }) => audited ? "" : AUDITING[name]?.[1] ?? "",
            csv: ({ name }) => AUDITING[name]?.[1] ?? "",
            wide: true,
          },
        ]}
      />
    </section>
  );
}

function Criticality({ host, onChange }: { host: Machine; onChange: () => void }) {
  const mayConfigure = useMay("configure");
  if (!mayConfigure) return <span>criticality {CRITICALITIES[host.criticality]}</span>;
  const set = async (value: string) => {
    const criticality = Number(value);
    if (await act(SetCriticality, { hostId: host.id, criticality })) onChange();
  };
  return (
    <select
      aria-label="Criticality of the host"
      value={String(host.criticality)}
      onChange={(event) => void set(event.currentTarget.value)}
    >
      {Object.entries(CRITICALITIES).sort(([a], [b]) => Number(a) - Number(b))
        .map(([value, name]) => <option key={value} value={value}>Criticality: {name}</option>)}
    </select>
  );
}

function Profile({ host, users }: { host: Machine; users: HostPageData["users"] }) {
  return (
    <div class="stack">
      <TimelineCard hostId={host.id} />
      <div class="columns">
        <ModelCard host={host} />
        <section class="card">
          <h2>Users</h2>
          <ul class="list">
            {users.edges.slice(0, 12).map(({ node }) => (
              <li key={node.id}>
                <Who user={node} />
                <span class="muted">{KINDS[node.entityClass]}</span>
                <Risk value={node.risk} />
              </li>
            ))}
          </ul>
        </section>
        <section class="card">
          <h2>Do p-values hold?</h2>
          {host.calibration.length === 0 ? <p class="muted">No window has a score yet.</p> : (
            <>
              <CalibrationPlot days={host.calibration} week={host.week} />
              <p class="muted">
                On the dashed line they come as often as they say; above it the host is stranger
                than its model expects, and a latest week above it is drift.
              </p>
            </>
          )}
        </section>
      </div>
      {host.channels.length > 0 && <Auditing channels={host.channels} />}
    </div>
  );
}

/** The host's offset from UTC as clocks show it: UTC+1, UTC+5:30. */
export function offset(minutes: number): string {
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  if (minutes === 0) return "UTC";
  return `UTC${minutes < 0 ? "-" : "+"}${hours}${rest ? `:${String(rest).padStart(2, "0")}` : ""}`;
}

/** The page. */
export function Host({ params }: PageProps) {
  const query = useQuery(HostPage, { id: params.id! });
  return (
    <Answered query={query}>
      {({ host, users }) =>
        host
          ? (
            <>
              <PageHead
                title={<bdi>{host.name}</bdi>}
                lead={
                  <>
                    Heard of {ago(Date.parse(host.lastSeen), Date.now())}, first{" "}
                    <Time at={host.firstSeen} />, clock at {offset(host.offsetMinutes)}
                  </>
                }
              >
                <span class="figure">
                  Risk <Risk value={host.risk} />
                </span>
                <Criticality host={host} onChange={() => void query.reload()} />
                <a
                  class="button"
                  href={`/reports?host=${encodeURIComponent(host.id)}`}
                >
                  Report
                </a>
              </PageHead>
              <Profile host={host} users={users} />
            </>
          )
          : (
            <>
              <PageHead title="Not found" />
              <Empty title="There is no such host" />
            </>
          )}
    </Answered>
  );
}
