/**
 * Settings of what leaves: names behind pseudonyms, and alerts sent to other systems.
 * @module
 */
import { useContext, useState } from "preact/hooks";
import { act } from "../../act.tsx";
import { count } from "../../format.ts";
import { usePages, useQuery } from "../../query.ts";
import { Form, TextField } from "../../ui/form.tsx";
import { Answered, Time, Who } from "../../ui/parts.tsx";
import { Table } from "../../ui/table.tsx";
import { Me, useMay } from "../../viewer.ts";
import {
  ApproveUnmask,
  ExportTargets,
  MakeExportTarget,
  type MakeExportTargetVariables,
  OpenUnmask,
  RemoveExportTarget,
  SetRetention,
  type SetRetentionVariables,
  SettingsNow,
  type SettingsNowData,
  SetUnmaskNeedsTwo,
  type UnmaskListed,
  UnmaskRequests,
} from "./settings.graphql.ts";

type RetentionKind = SetRetentionVariables["kind"];
type Kind = MakeExportTargetVariables["kind"];

function UnmaskAction({ request, needsTwo, onChange }: {
  request: UnmaskListed;
  needsTwo: boolean;
  onChange: () => void;
}) {
  const me = useContext(Me).name;
  const [name, setName] = useState<string | null>(null);
  if (name) return <bdi class="name">{name}</bdi>;
  if (Date.parse(request.expiresAt) < Date.now()) return <>expired</>;
  if (!request.approvedBy && !needsTwo) return <>shown at once</>;
  if (!request.approvedBy && request.requestedBy === me) return <>waits for a second person</>;
  if (!request.approvedBy) {
    const approve = async () => {
      if (await act(ApproveUnmask, { requestId: request.id })) onChange();
    };
    return <button type="button" onClick={approve}>Approve</button>;
  }
  if (request.requestedBy !== me) return <>approved</>;
  const open = async () => {
    const opened = await act(OpenUnmask, { requestId: request.id });
    setName(opened?.openUnmask.request?.name ?? null);
  };
  return <button type="button" onClick={open}>Show the name once</button>;
}

const RETAINED: Readonly<Record<RetentionKind, string>> = {
  alerts: "Alerts and labels",
  audit: "Audit log",
  jobs: "Ended jobs",
  models: "Models that no longer score",
  reports: "Reports",
  scores: "Scores",
  users: "Users not seen since",
  vectors: "Windows, in whole weeks",
};

/** How long each kind of data is kept. */
function Retention({ kept, onChange }: {
  kept: SettingsNowData["settings"]["retention"];
  onChange: () => Promise<void>;
}) {
  const mayConfigure = useMay("configure");
  const set = async (kind: RetentionKind, days: number) => {
    await act(SetRetention, { kind, days });
    await onChange();
  };
  return (
    <section class="card">
      <h2>Days that data are kept</h2>
      <ul class="list">
        {kept.map(({ kind, days, least }) => (
          <li key={kind}>
            <label class="inline" for={`keep-${kind}`}>{RETAINED[kind]}</label>
            <input
              id={`keep-${kind}`}
              type="number"
              min={least}
              max={36_500}
              value={String(days)}
              disabled={!mayConfigure}
              onChange={(event) => void set(kind, event.currentTarget.valueAsNumber)}
            />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The rule of two persons, and requests to see a name. */
export function Privacy() {
  const now = useQuery(SettingsNow, {});
  const list = usePages(UnmaskRequests, { first: 100 }, ({ unmaskRequests }) => unmaskRequests);
  const mayManage = useMay("accounts");
  const set = async (twoPersons: boolean) => {
    await act(SetUnmaskNeedsTwo, { twoPersons });
    await now.reload();
  };
  return (
    <div class="stack">
      <Answered query={{ data: list.rows && now.data, error: now.error ?? list.error }}>
        {({ settings }) => (
          <section class="card">
            <h2>Names behind pseudonyms</h2>
            <label class="inline">
              <input
                type="checkbox"
                checked={settings.unmaskNeedsTwo}
                disabled={!mayManage}
                onChange={(event) => void set(event.currentTarget.checked)}
              />
              A second privacy officer must approve each look
            </label>
            <p class="muted">Each look needs a reason and is put on record in the audit log.</p>
          </section>
        )}
      </Answered>
      {list.rows && now.data && (
        <Retention kept={now.data.settings.retention} onChange={now.reload} />
      )}
      <Answered query={{ data: now.data && list.rows }}>
        {(rows) => (
          <Table
            name="requests to see a name"
            rows={rows}
            rowKey={({ id }) => id}
            hasMore={list.hasMore}
            more={list.more}
            all={list.all}
            columns={[
              {
                title: "User",
                cell: ({ user }) => <Who user={user} />,
                csv: ({ user }) => user?.pseudonym ?? "",
              },
              {
                title: "Reason",
                cell: ({ reason }) => <bdi>{reason}</bdi>,
                csv: ({ reason }) => reason,
              },
              {
                title: "By",
                cell: ({ requestedBy }) => <bdi>{requestedBy}</bdi>,
                csv: ({ requestedBy }) => requestedBy,
              },
              {
                title: "When",
                cell: ({ requestedAt }) => <Time at={requestedAt} />,
                csv: ({ requestedAt }) => requestedAt,
                wide: true,
              },
              {
                title: "State",
                cell: (row) => (
                  <UnmaskAction
                    request={row}
                    needsTwo={now.data?.settings.unmaskNeedsTwo ?? true}
                    onChange={() => void list.reload()}
                  />
                ),
                csv: ({ approvedBy }) => approvedBy ?? "",
              },
            ]}
          />
        )}
      </Answered>
    </div>
  );
}

/** Where alerts are sent to. */
export function Exports() {
  const query = useQuery(ExportTargets, {});
  const send = async (data: FormData) => {
    const made = await act(MakeExportTarget, {
      name: String(data.get("name")),
      kind: data.get("kind") as Kind,
      url: String(data.get("url")),
      secret: String(data.get("secret")) || null,
    });
    if (made) await query.reload();
    return made !== undefined;
  };
  const remove = async (targetId: string) => {
    if (await act(RemoveExportTarget, { targetId })) await query.reload();
  };
  return (
    <div class="stack">
      <Answered query={query}>
        {({ exportTargets }) => (
          <Table
            name="targets"
            rows={exportTargets}
            rowKey={({ id }) => id}
            columns={[
              { title: "Name", cell: ({ name }) => <bdi>{name}</bdi>, csv: ({ name }) => name },
              { title: "Form", cell: ({ kind }) => kind, csv: ({ kind }) => kind },
              {
                title: "To",
                cell: ({ url }) => <bdi>{url}</bdi>,
                csv: ({ url }) => url,
                wide: true,
              },
              {
                title: "Taken",
                numeric: true,
                cell: ({ delivered }) => count(delivered),
                csv: ({ delivered }) => delivered,
              },
              {
                title: "Waiting",
                numeric: true,
                cell: ({ waiting }) => count(waiting),
                csv: ({ waiting }) => waiting,
              },
              {
                title: "Last error",
                cell: ({ lastError }) => <bdi>{lastError ?? "none"}</bdi>,
                csv: ({ lastError }) => lastError ?? "",
                wide: true,
              },
              {
                title: "End",
                cell: ({ id }) => (
                  <button type="button" onClick={() => void remove(id)}>Remove</button>
                ),
              },
            ]}
          />
        )}
      </Answered>
      <section class="card" hidden={!query.data}>
        <h2>Send open alerts elsewhere</h2>
        <Form action="Add the target" onSend={send}>
          <TextField label="Name" name="name" />
          <label>
            Form
            <select name="kind">
              <option value="ocsf">OCSF Detection Finding, by HTTPS</option>
              <option value="webhook">JSON, by HTTPS</option>
              <option value="cef">CEF, by TCP</option>
            </select>
          </label>
          <TextField
            label="Address"
            name="url"
            hint="https://host/path, or tcp://host:port for CEF"
          />
          <TextField
            label="Secret that signs what is sent"
            name="secret"
            type="password"
            required={false}
          />
        </Form>
      </section>
    </div>
  );
}
