/**
 * PowerShell: the engine's start in the classic log, script blocks and pipelines in the new one.
 * @module
 */
import type { Scene } from "../scene.ts";
import type { Session } from "./logon.ts";
import { type Process, run, type RunOptions, userName } from "./process.ts";

const IMAGE = "C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe";

/** What PowerShell runs. */
export interface Script {
  /** Script blocks in their order. */
  readonly blocks: readonly string[];
  /** Command line of powershell.exe. */
  readonly commandLine?: string;
  /** File that the blocks come from. */
  readonly path?: string;
  /** Windows itself thinks the blocks suspicious, so it logs them at Warning unasked. */
  readonly suspicious?: boolean;
  /** Program that starts PowerShell. */
  readonly parent?: Process;
  /** Runs with full rights of an administrator. */
  readonly elevated?: boolean;
}

/** PowerShell starts and runs a script; gives back its process. */
export function powershell(
  scene: Scene,
  timeMs: number,
  session: Session,
  script: Script,
): Process {
  const { host } = session;
  const { blocks, commandLine = `"${IMAGE}"`, path = "", parent, elevated } = script;
  const options: RunOptions = { commandLine, parent, elevated };
  const process = run(scene, timeMs, session, IMAGE, options);
  engineState(scene, timeMs + scene.random.between(200, 900), session, commandLine, 400);
  let at = timeMs + scene.random.between(900, 2500);
  for (const block of blocks) {
    if (host.audit.scriptBlocks || script.suspicious) {
      scriptBlock(scene, at, session, block, path, script.suspicious ? WARNING : undefined);
    }
    if (host.audit.scriptBlocks) pipeline(scene, at + 3, session, block, commandLine, path);
    at += scene.random.between(150, 6000);
  }
  engineState(scene, at + 400, session, commandLine, 403);
  return process;
}

function engineState(
  scene: Scene,
  timeMs: number,
  session: Session,
  commandLine: string,
  eventId: 400 | 403,
): void {
  const [now, before] = eventId === 400 ? ["Available", "None"] : ["Stopped", "Available"];
  scene.emit(session.host, "classicPowershell", eventId, timeMs, session.account, {
    Data: [
      now!,
      before!,
      [
        `\tNewEngineState=${now}`,
        `\tPreviousEngineState=${before}`,
        `\tSequenceNumber=${eventId === 400 ? 13 : 15}`,
        "\tHostName=ConsoleHost",
        "\tHostVersion=5.1.19041.1",
        `\tHostId=${scene.random.guid().slice(1, -1).toLowerCase()}`,
        `\tHostApplication=${commandLine}`,
        "\tEngineVersion=5.1.19041.1",
        `\tRunspaceId=${scene.random.guid().slice(1, -1).toLowerCase()}`,
      ].join("\r\n"),
    ],
  });
}

/** Level of script blocks that Windows thinks suspicious. */
const WARNING = 3;

function scriptBlock(
  scene: Scene,
  timeMs: number,
  session: Session,
  block: string,
  path: string,
  level?: number,
): void {
  scene.emit(session.host, "powershell", 4104, timeMs, session.account, {
    MessageNumber: 1,
    MessageTotal: 1,
    ScriptBlockText: block,
    ScriptBlockId: scene.random.guid().slice(1, -1).toLowerCase(),
    Path: path,
  }, level);
}

function pipeline(
  scene: Scene,
  timeMs: number,
  session: Session,
  block: string,
  commandLine: string,
  path: string,
): void {
  const command = /[A-Z][a-z]+-[A-Za-z]+/.exec(block)?.[0];
  if (!command) return;
  scene.emit(session.host, "powershell", 4103, timeMs, session.account, {
    ContextInfo: [
      "        Severity = Informational",
      "        Host Name = ConsoleHost",
      `        Host Application = ${commandLine}`,
      `        Command Name = ${command}`,
      "        Command Type = Cmdlet",
      `        Script Name = ${path}`,
      `        User = ${userName(session.account)}`,
    ].join("\r\n"),
    UserData: "",
    Payload: `CommandInvocation(${command}): "${command}"`,
  });
}

/** PowerShell remoting at the far end: WinRM 91, the provider host, and what it runs. */
export function remoteShell(
  scene: Scene,
  timeMs: number,
  session: Session,
  blocks: readonly string[],
): Process {
  const { host, account } = session;
  scene.emit(host, "winrm", 91, timeMs, account, {
    resourceUri: "http://schemas.microsoft.com/powershell/Microsoft.PowerShell",
    shellId: scene.random.guid().slice(1, -1),
  });
  const process = run(scene, timeMs + 300, session, "C:\\Windows\\System32\\wsmprovhost.exe", {
    commandLine: "C:\\Windows\\system32\\wsmprovhost.exe -Embedding",
    elevated: account.privileged,
  });
  let at = timeMs + 800;
  for (const block of blocks) {
    if (host.audit.scriptBlocks) {
      scriptBlock(scene, at, session, block, "");
      pipeline(scene, at + 2, session, block, process.commandLine, "");
    }
    at += scene.random.between(300, 9000);
  }
  return process;
}
