/** What an administrator does with an agent beside running it. @module */
import { enrol } from "@/agent/enrol.ts";
import { readIdentity } from "@/agent/config.ts";
import { readHealth, statusLines } from "@/agent/status.ts";
import { StateError } from "@/agent/store.ts";
import { auditGaps } from "@/agent/windows/audit.ts";
import { fullComputerName } from "@/agent/windows/host_name.ts";
import { installSteps, perform, taskFiles, uninstallSteps } from "@/agent/windows/install.ts";
import { Buffer } from "node:buffer";
import { fileURLToPath } from "node:url";

/** Enrols this host. */
export async function enrolHost(
  options: { server: string; token: string; state: string; host?: string; again?: boolean },
): Promise<void> {
  const { agentId, server } = await enrol({
    ...options,
    stateFolder: options.state,
    host: options.host?.toLowerCase() ?? fullComputerName(),
  });
  console.error(`Enrolled at ${server} as ${agentId}.`);
}

/** Prints how the agent fares; ends with 1 where it does not run. */
export function showStatus(options: { state: string; json?: boolean }): void {
  const health = readHealth(options.state);
  if (!health) {
    throw new StateError(`No agent has run with the state ${options.state}. Start it: agent run`);
  }
  const lines = statusLines(health, Date.now());
  console.log(options.json ? JSON.stringify(health, null, 2) : lines.join("\n"));
  if (lines[0] !== "running") Deno.exitCode = 1;
}

async function runCommand(command: readonly string[]): Promise<{ code: number; said: string }> {
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  try {
    const output = await new Deno.Command(command[0], { args: command.slice(1) }).output();
    return { code: output.code, said: text(output.stderr) || text(output.stdout) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { code: 1, said: `${command[0]} is not there` };
  }
}

function checkWindows(what: string): void {
  if (Deno.build.os === "windows") return;
  throw new Error(
    `${what} is for Windows. Elsewhere let systemd or launchd start "agent run --logs DIR --follow 300".`,
  );
}

/** Installs the agent that runs this. */
export async function install(options: { state: string }): Promise<void> {
  checkWindows("agent install");
  const identity = readIdentity(options.state);
  if (!identity) throw new Error(`Enrol this host first: agent enrol --state ${options.state}`);
  if (!import.meta.url.endsWith(".js")) {
    throw new Error(
      "Install runs from the bundle: deno task bundle:agent, then deno run -A agent.js install",
    );
  }
  const script = fileURLToPath(import.meta.url);
  const installation = {
    deno: Deno.execPath(),
    script,
    state: options.state,
    server: identity.server,
  };
  for (const [path, xml] of Object.entries(taskFiles(installation))) {
    Deno.writeFileSync(path, Buffer.from(`\ufeff${xml}`, "utf16le"));
  }
  await perform(installSteps(installation), runCommand, console.log);
  console.log("Installed. See how it fares: agent status");
}

/** Removes an installation. */
export async function uninstall(options: { state: string; purge?: boolean }): Promise<void> {
  checkWindows("agent uninstall");
  await perform(uninstallSteps(options.state, options.purge === true), runCommand, console.log);
}

/** Names what is not audited; ends with 1 where something is missing. */
export async function diagnose(options: { state: string; json?: boolean }): Promise<void> {
  checkWindows("agent doctor");
  const file = `${Deno.makeTempDirSync()}\\policy.csv`;
  const { code, said } = await runCommand(["auditpol.exe", "/backup", `/file:${file}`]);
  if (code !== 0) {
    throw new Error(`Cannot read the audit policy: ${said.trim()}. Run as administrator.`);
  }
  const backup = Deno.readTextFileSync(file);
  Deno.removeSync(file);
  const role = await runCommand([
    "powershell.exe",
    "-NoProfile",
    "-Command",
    "(Get-CimInstance Win32_OperatingSystem).ProductType",
  ]);
  const gaps = auditGaps(backup, role.said.trim() === "2");
  if (options.json) console.log(JSON.stringify(gaps, null, 2));
  for (const { subcategory, enable, columns } of options.json ? [] : gaps) {
    console.log(`${subcategory} is not audited: ${columns.length} columns are masked`);
    console.log(`  ${enable}\n  shows ${columns.join(", ")}`);
  }
  if (gaps.length === 0 && !options.json) {
    console.log("Everything that the columns need is audited.");
  }
  Deno.exitCode = gaps.length > 0 ? 1 : 0;
}
