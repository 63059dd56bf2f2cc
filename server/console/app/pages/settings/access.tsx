/**
 * Settings of access: enrolment of agents, API tokens, accounts.
 * @module
 */
import { useState } from "preact/hooks";
import { act } from "../../act.tsx";
import { count } from "../../format.ts";
import { usePages } from "../../query.ts";
import { Boxes, Form, TextField } from "../../ui/form.tsx";
import { Answered, CopyText, Time } from "../../ui/parts.tsx";
import { Table } from "../../ui/table.tsx";
import { useMay } from "../../viewer.ts";
import { enrolmentLine } from "../states.tsx";
import {
  type AccountListed,
  Accounts as AccountList,
  ApiTokens as ApiTokenList,
  ChangeAccount,
  EnrolmentTokens,
  MakeAccount,
  MakeApiToken,
  type MakeApiTokenVariables,
  MakeEnrolmentToken,
  RevokeApiToken,
  RevokeEnrolmentToken,
} from "./settings.graphql.ts";

type Permission = MakeApiTokenVariables["permissions"][number];
type Role = AccountListed["roles"][number];

const PERMISSIONS: Readonly<Record<Permission, string>> = {
  read: "see hosts, users, scores and alerts",
  triage: "label, assign, close and suppress alerts",
  configure: "set the budget, criticality and exports, start jobs",
  accounts: "manage accounts, tokens and agents",
  audit: "read the audit log",
  unmask: "see the name behind a pseudonym",
  erase: "export and erase a user's data",
};

const ROLES: Readonly<Record<Role, string>> = {
  viewer: "Viewer",
  analyst: "Analyst",
  administrator: "Administrator",
  privacyOfficer: "Privacy officer",
};

/** Whether a token still works. */
function state(token: { revokedAt: string | null; expiresAt: string }): string {
  if (token.revokedAt) return "revoked";
  return Date.parse(token.expiresAt) < Date.now() ? "expired" : "in force";
}

/** Tokens by which agents enrol, and the line for Windows. */
export function Enrolment() {
  const list = usePages(
    EnrolmentTokens,
    { first: 100 },
    ({ enrolmentTokens }) => enrolmentTokens,
  );
  const [secret, setSecret] = useState("");
  const send = async (data: FormData) => {
    const made = await act(MakeEnrolmentToken, {
      note: String(data.get("note")),
      uses: Number(data.get("uses")),
      days: Number(data.get("days")),
      collector: data.get("collector") === "yes",
    });
    if (!made) return false;
    setSecret(made.createEnrolmentToken.secret ?? "");
    await list.reload();
    return true;
  };
  const revoke = async (tokenId: string) => {
    if (await act(RevokeEnrolmentToken, { tokenId })) await list.reload();
  };
  return (
    <div class="stack">
      <section class="card">
        <h2>Enrol hosts</h2>
        {secret && (
          <div class="made">
            <p>
              In PowerShell as an administrator, beside <code>install.ps1</code>,{" "}
              <code>agent.js</code> and <code>deno.exe</code>. It is shown only now.
            </p>
            <CopyText text={enrolmentLine(secret)} label="Enrolment line" />
          </div>
        )}
        <Form action="Make a token" onSend={send}>
          <TextField
            label="What for"
            name="note"
            hint="For instance: laptops of the London office."
          />
          <TextField label="Hosts" name="uses" type="number" min={1} max={100_000} value={1} />
          <TextField label="Days it holds" name="days" type="number" min={1} max={366} value={7} />
          <Boxes
            legend="Kind of agent"
            name="collector"
            options={{ yes: "Collector: may send several hosts' windows (event forwarding)" }}
          />
        </Form>
      </section>
      <Answered query={{ data: list.rows, error: list.error }}>
        {(rows) => (
          <Table
            name="enrolment tokens"
            rows={rows}
            rowKey={({ id }) => id}
            hasMore={list.hasMore}
            more={list.more}
            all={list.all}
            columns={[
              { title: "For", cell: ({ note }) => <bdi>{note}</bdi>, csv: ({ note }) => note },
              {
                title: "Left",
                numeric: true,
                cell: ({ uses }) => count(uses),
                csv: ({ uses }) => uses,
              },
              { title: "State", cell: state, csv: state },
              {
                title: "Until",
                cell: ({ expiresAt }) => <Time at={expiresAt} />,
                csv: ({ expiresAt }) => expiresAt,
                wide: true,
              },
              {
                title: "By",
                cell: ({ createdBy }) => <bdi>{createdBy}</bdi>,
                csv: ({ createdBy }) => createdBy,
                wide: true,
              },
              {
                title: "End",
                cell: (token) =>
                  state(token) === "in force" && (
                    <button
                      type="button"
                      onClick={() => void revoke(token.id)}
                    >
                      Revoke
                    </button>
                  ),
              },
            ]}
          />
        )}
      </Answered>
    </div>
  );
}

/** API tokens of one's own account, or with the permission of everyone's. */
export function Tokens() {
  const list = usePages(ApiTokenList, { first: 100 }, ({ apiTokens }) => apiTokens);
  const [secret, setSecret] = useState("");
  const send = async (data: FormData) => {
    const made = await act(MakeApiToken, {
      name: String(data.get("name")),
      days: Number(data.get("days")),
      permissions: data.getAll("permissions") as Permission[],
    });
    if (!made) return false;
    setSecret(made.createApiToken.secret ?? "");
    await list.reload();
    return true;
  };
  const revoke = async (tokenId: string) => {
    if (await act(RevokeApiToken, { tokenId })) await list.reload();
  };
  return (
    <div class="stack">
      <section class="card">
        <h2>Make an API token</h2>
        {secret && (
          <div class="made">
            <p>Keep it now; it is not shown again.</p>
            <CopyText text={secret} label="API token" />
          </div>
        )}
        <Form action="Make the token" onSend={send}>
          <TextField label="Name" name="name" hint="The program that will use it." />
          <TextField label="Days it holds" name="days" type="number" min={1} max={366} value={90} />
          <Boxes
            legend="It may"
            name="permissions"
            options={PERMISSIONS}
            checked={["read"]}
          />
        </Form>
      </section>
      <Answered query={{ data: list.rows, error: list.error }}>
        {(rows) => (
          <Table
            name="API tokens"
            rows={rows}
            rowKey={({ id }) => id}
            hasMore={list.hasMore}
            more={list.more}
            all={list.all}
            columns={[
              { title: "Name", cell: ({ name }) => <bdi>{name}</bdi>, csv: ({ name }) => name },
              {
                title: "Account",
                cell: ({ account }) => <bdi>{account}</bdi>,
                csv: ({ account }) => account,
              },
              {
                title: "May",
                cell: ({ permissions }) => permissions.join(", "),
                csv: ({ permissions }) => permissions.join(" "),
                wide: true,
              },
              { title: "State", cell: state, csv: state },
              {
                title: "Until",
                cell: ({ expiresAt }) => <Time at={expiresAt} />,
                csv: ({ expiresAt }) => expiresAt,
                wide: true,
              },
              {
                title: "End",
                cell: (token) =>
                  state(token) === "in force" && (
                    <button
                      type="button"
                      onClick={() => void revoke(token.id)}
                    >
                      Revoke
                    </button>
                  ),
              },
            ]}
          />
        )}
      </Answered>
    </div>
  );
}

function AccountRole({ account, onChange }: { account: AccountListed; onChange: () => void }) {
  const mayManage = useMay("accounts");
  const [role] = account.roles;
  if (!mayManage || account.roles.length > 1) {
    return <>{account.roles.map((it) => ROLES[it]).join(", ")}</>;
  }
  const change = async (value: string) => {
    await act(ChangeAccount, { accountId: account.id, roles: [value as Role] });
    onChange();
  };
  return (
    <select
      aria-label="Role"
      value={role}
      onChange={(event) => void change(event.currentTarget.value)}
    >
      {Object.entries(ROLES).map(([value, title]) => (
        <option key={value} value={value}>{title}</option>
      ))}
    </select>
  );
}

/** Accounts of people. */
export function Accounts() {
  const list = usePages(AccountList, { first: 100 }, ({ accounts }) => accounts);
  const mayManage = useMay("accounts");
  const send = async (data: FormData) => {
    const made = await act(MakeAccount, {
      name: String(data.get("name")),
      password: String(data.get("password")),
      roles: data.getAll("roles") as Role[],
    });
    if (made) await list.reload();
    return made !== undefined;
  };
  const disable = async ({ id, disabledAt }: AccountListed) => {
    await act(ChangeAccount, { accountId: id, disabled: disabledAt === null });
    await list.reload();
  };
  return (
    <div class="stack">
      <Answered query={{ data: list.rows, error: list.error }}>
        {(rows) => (
          <Table
            name="accounts"
            rows={rows}
            rowKey={({ id }) => id}
            hasMore={list.hasMore}
            more={list.more}
            all={list.all}
            columns={[
              { title: "Name", cell: ({ name }) => <bdi>{name}</bdi>, csv: ({ name }) => name },
              {
                title: "Role",
                cell: (row) => <AccountRole account={row} onChange={() => void list.reload()} />,
                csv: ({ roles }) => roles.join(" "),
              },
              {
                title: "Signs in by",
                cell: ({ local }) => local ? "password" : "OpenID Connect",
                csv: ({ local }) => local ? "password" : "OpenID Connect",
                wide: true,
              },
              {
                title: "Since",
                cell: ({ createdAt }) => <Time at={createdAt} />,
                csv: ({ createdAt }) => createdAt,
                wide: true,
              },
              {
                title: "May sign in",
                cell: (row) =>
                  mayManage
                    ? (
                      <button type="button" onClick={() => void disable(row)}>
                        {row.disabledAt ? "No: let in again" : "Yes: keep out"}
                      </button>
                    )
                    : row.disabledAt
                    ? "no"
                    : "yes",
                csv: ({ disabledAt }) => disabledAt ? "no" : "yes",
              },
            ]}
          />
        )}
      </Answered>
      {mayManage && list.rows && (
        <section class="card">
          <h2>Make an account</h2>
          <Form action="Make the account" onSend={send}>
            <TextField label="Name" name="name" />
            <TextField
              label="Password"
              name="password"
              type="password"
              minLength={12}
              hint="At least 12 characters."
            />
            <Boxes legend="Roles" name="roles" options={ROLES} checked={["analyst"]} />
          </Form>
        </section>
      )}
    </div>
  );
}
