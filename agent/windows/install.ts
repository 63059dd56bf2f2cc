/**
 * What installation does to a Windows host: a task at boot under NETWORK SERVICE, which is put into
 * Event Log Readers, and a state folder that only it and administrators may open. Every step can be
 * done again without harm, and says what it does. The steps are data, so that they can be read and
 * tested without Windows.
 * @module
 */
import { LIBRARIES } from "./wevtapi.ts";

/**
 * How deno.exe keeps small on a host: it looks for no configuration and keeps no cache of code. V8
 * has a young space of 1 MiB, a heap that grows by tenths, no compilers but the first and the last
 * of JavaScript's and the first of WebAssembly's (whose code is most of what deno.exe would load),
 * and no threads of its own, so that collecting counts as the agent's turn; the agent collects
 * when an hour closes.
 */
const V8_FLAGS = `--v8-flags=${
  [
    "--max-semi-space-size=1",
    "--optimize-for-size",
    "--max-old-space-size=96",
    "--heap-growing-percent=10",
    "--expose-gc",
    "--single-threaded",
    "--no-maglev",
    "--liftoff-only",
  ].join()
}`;

/** See {@link V8_FLAGS}. */
export const SMALL: readonly string[] = [V8_FLAGS, "--no-config", "--no-code-cache"];

/** The agent's task in the scheduler. */
export const TASK = "\\Habit\\Agent";
/** The task that says hourly what Windows audits, which only SYSTEM and administrators may ask. */
const POLICY_TASK = "\\Habit\\Audit policy";
/** NETWORK SERVICE, Event Log Readers, SYSTEM, Administrators: SIDs, since names are translated. */
const SID = {
  account: "S-1-5-20",
  readers: "S-1-5-32-573",
  system: "S-1-5-18",
  administrators: "S-1-5-32-544",
} as const;

/** Where the parts of an installation lie. */
export interface Installation {
  /** deno.exe. */
  readonly deno: string;
  /** The bundled agent.js. */
  readonly script: string;
  /** Folder of the agent's state. */
  readonly state: string;
  /** Address of the server. */
  readonly server: string;
}

/** A file beside the bundle, where only administrators write. */
function beside(script: string, name: string): string {
  return script.replace(/[^\\/]*$/, name);
}

/** The audit policy as {@link POLICY_TASK} backs it up. */
export function policyFile(script: string): string {
  return beside(script, "audit.csv");
}

/** One step: a sentence, and the program with its arguments that does it. */
export interface Step {
  /** What it does, for the administrator. */
  readonly what: string;
  /** Program and arguments. */
  readonly command: readonly string[];
  /** Goes on where it fails: what it undoes may not be there. */
  readonly optional?: boolean;
}

/** The least that the agent's process is allowed: two libraries, one server, one folder. */
export function permissionFlags(
  { script, state, server }: Omit<Installation, "deno">,
): string[] {
  const { hostname, port, protocol } = new URL(server);
  return [
    "--no-prompt",
    "--no-remote",
    "--no-npm",
    `--allow-ffi=${Object.values(LIBRARIES).join(",")}`,
    `--allow-net=${hostname}:${port || (protocol === "https:" ? 443 : 80)}`,
    `--allow-read=${state},${policyFile(script)}`,
    `--allow-write=${state}`,
    "--allow-sys=hostname",
  ];
}

/** Arguments of deno.exe for the installed agent. */
export function agentArguments(installation: Installation): string[] {
  const { script, state } = installation;
  const run = ["run", "--state", state, "--audit-policy", policyFile(script)];
  return ["run", ...SMALL, ...permissionFlags(installation), script, ...run];
}

const xml = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
const quoted = (text: string) => /[\s"]/.test(text) ? `"${text}"` : text;

interface Task {
  readonly description: string;
  readonly account: string;
  readonly command: string;
  readonly arguments: string;
  /** Started again so often, where it does not run: `PT5M`. */
  readonly every: string;
}

/** A task as schtasks takes it: from boot on, and by the clock, since an end is no failure to it. */
function taskXml(task: Task): string {
  return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.3" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo><Description>${xml(task.description)}</Description></RegistrationInfo>
  <Triggers>
    <BootTrigger><Enabled>true</Enabled></BootTrigger>
    <TimeTrigger>
      <Repetition><Interval>${task.every}</Interval></Repetition>
      <StartBoundary>2026-01-01T00:00:00</StartBoundary>
    </TimeTrigger>
  </Triggers>
  <Principals>
    <Principal id="Agent"><UserId>${task.account}</UserId><RunLevel>LeastPrivilege</RunLevel></Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure><Interval>PT1M</Interval><Count>999</Count></RestartOnFailure>
    <StartWhenAvailable>true</StartWhenAvailable>
  </Settings>
  <Actions Context="Agent">
    <Exec>
      <Command>${xml(task.command)}</Command>
      <Arguments>${xml(task.arguments)}</Arguments>
    </Exec>
  </Actions>
</Task>
`;
}

function powershell(script: string): string[] {
  return ["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", script];
}

/** Files that {@link installSteps} read, by their path: the tasks, for schtasks in UTF-16. */
export function taskFiles(installation: Installation): Record<string, string> {
  const { deno, script } = installation;
  const [policy, fresh] = [policyFile(script), beside(script, "audit.new")];
  return {
    [beside(script, "agent.xml")]: taskXml({
      description: "Habit agent: event logs to vectors",
      account: SID.account,
      command: quoted(deno),
      arguments: agentArguments(installation).map(quoted).join(" "),
      every: "PT5M",
    }),
    [beside(script, "audit.xml")]: taskXml({
      description: "Tells the Habit agent what Windows audits",
      account: SID.system,
      command: "cmd.exe",
      arguments: `/C del /Q "${fresh}" & auditpol.exe /backup /file:"${fresh}" && ` +
        `move /Y "${fresh}" "${policy}"`,
      every: "PT1H",
    }),
  };
}

/** The steps of an installation, in order. */
export function installSteps({ script, state }: Pick<Installation, "script" | "state">): Step[] {
  const register = (
    task: string,
    file: string,
  ) => ["schtasks.exe", "/Create", "/TN", task, "/XML", beside(script, file), "/F"];
  const grants = [
    `*${SID.system}:(OI)(CI)F`,
    `*${SID.administrators}:(OI)(CI)F`,
    `*${SID.account}:(OI)(CI)M`,
  ];
  return [
    {
      what: `Close ${state} to all but administrators and the agent's account`,
      command: ["icacls.exe", state, "/inheritance:r", "/grant:r", ...grants, "/T", "/Q"],
    },
    {
      what: "Let NETWORK SERVICE read event logs (Event Log Readers)",
      command: powershell(
        `if (-not (Get-LocalGroupMember -SID ${SID.readers} | Where-Object { $_.SID -eq '${SID.account}' }))` +
          ` { Add-LocalGroupMember -SID ${SID.readers} -Member '${SID.account}' }`,
      ),
    },
    {
      what: `Register the task ${POLICY_TASK}: says every hour what Windows audits`,
      command: register(POLICY_TASK, "audit.xml"),
    },
    {
      what: `Register the task ${TASK}: at boot, started again after any end`,
      command: register(TASK, "agent.xml"),
    },
    { what: "Ask what Windows audits", command: ["schtasks.exe", "/Run", "/TN", POLICY_TASK] },
    { what: "Start the agent", command: ["schtasks.exe", "/Run", "/TN", TASK] },
  ];
}

/** The steps that undo an installation; the state stays unless `purge`. */
export function uninstallSteps(state: string, purge: boolean): Step[] {
  return [
    { what: "Stop the agent", command: ["schtasks.exe", "/End", "/TN", TASK], optional: true },
    ...[TASK, POLICY_TASK].map((task) => ({
      what: `Remove the task ${task}`,
      command: ["schtasks.exe", "/Delete", "/TN", task, "/F"],
      optional: true,
    })),
    {
      what: "Take NETWORK SERVICE out of Event Log Readers",
      command: powershell(
        `Remove-LocalGroupMember -SID ${SID.readers} -Member '${SID.account}' -ErrorAction SilentlyContinue`,
      ),
      optional: true,
    },
    ...purge
      ? [{ what: `Delete ${state}`, command: ["cmd.exe", "/C", "rmdir", "/S", "/Q", state] }]
      : [],
  ];
}

/** A step failed; the message holds what Windows said. */
export class InstallError extends Error {
  /** The class's name. */
  override name = "InstallError";
}

/** Does the steps one after the other, telling of each. Throws {@link InstallError}. */
export async function perform(
  steps: readonly Step[],
  run: (command: readonly string[]) => Promise<{ code: number; said: string }>,
  tell: (line: string) => void,
): Promise<void> {
  for (const { what, command, optional } of steps) {
    const { code, said } = await run(command);
    if (code === 0) tell(`done     ${what}`);
    else if (optional) tell(`not so   ${what}: ${said.trim()}`);
    else {
      throw new InstallError(
        `Cannot: ${what}. Windows says: ${said.trim()} (code ${code}). Run as administrator.`,
      );
    }
  }
}
