import { auditedChannels, auditGaps, readBackup } from "@/agent/windows/audit.ts";
import {
  agentArguments,
  InstallError,
  installSteps,
  perform,
  taskFiles,
  uninstallSteps,
} from "@/agent/windows/install.ts";
import { FEATURES, MASK_CHANNELS } from "@/features/schema.ts";
import { temporary } from "../logs.ts";
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";

const installation = {
  deno: "C:\\Program Files\\Habit\\deno.exe",
  script: "C:\\Program Files\\Habit\\agent.js",
  state: "C:\\ProgramData\\Habit",
  server: "https://habit.example",
};

Deno.test("the agent's process may use two libraries, one server and one folder, and nothing else", () => {
  const allowed = agentArguments(installation).filter((arg) => arg.startsWith("--allow"));
  assert.deepEqual(allowed, [
    "--allow-ffi=C:\\Windows\\System32\\wevtapi.dll,C:\\Windows\\System32\\kernel32.dll",
    "--allow-net=habit.example:443",
    "--allow-read=C:\\ProgramData\\Habit,C:\\Program Files\\Habit\\audit.csv",
    "--allow-write=C:\\ProgramData\\Habit",
    "--allow-sys=hostname",
  ]);
});

Deno.test("the live log keeps to what --allow-ffi with names permits: no Deno.Unsafe…", () => {
  const folder = new URL("../../../agent/windows/", import.meta.url);
  const sources = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".ts"));
  const using = sources.filter(({ name }) =>
    /Deno\.Unsafe\w+[.(]/.test(Deno.readTextFileSync(new URL(name, folder)))
  );
  assert.deepEqual(using, []);
});

Deno.test("the task starts at boot under NETWORK SERVICE, is never ended, and quotes its paths", () => {
  const task = taskFiles(installation)["C:\\Program Files\\Habit\\agent.xml"];
  assert.match(task, /<BootTrigger>/);
  assert.match(task, /<UserId>S-1-5-20<\/UserId><RunLevel>LeastPrivilege/);
  assert.match(task, /<ExecutionTimeLimit>PT0S/);
  assert.match(task, /<RestartOnFailure><Interval>PT1M/);
  assert.match(task, /<Command>&quot;C:\\Program Files\\Habit\\deno\.exe&quot;<\/Command>/);
  assert.match(task, /&quot;C:\\Program Files\\Habit\\agent\.js&quot; run --state/);
  assert.match(task, /<TimeTrigger>\s*<Repetition><Interval>PT5M/, "whatever ended it");
});

Deno.test("installing tells each step and ends at the first that fails; uninstalling goes on", async () => {
  const said: string[] = [];
  const ran: string[] = [];
  const run = (command: readonly string[]) => {
    ran.push(command[0]);
    const fails = command[0] === "schtasks.exe";
    return Promise.resolve({ code: fails ? 1 : 0, said: fails ? "Access is denied.\r\n" : "" });
  };
  const tell = (line: string) => void said.push(line);
  await assert.rejects(
    perform(installSteps(installation), run, tell),
    (error) =>
      error instanceof InstallError && /Register the task.*Access is denied/.test(error.message),
  );
  assert.deepEqual(ran, ["icacls.exe", "powershell.exe", "schtasks.exe"]);
  said.length = 0;
  await perform(uninstallSteps(installation.state, false), run, tell);
  assert.deepEqual(said.map((line) => line.slice(0, 8).trim()), [
    "not so",
    "not so",
    "not so",
    "done",
  ]);
  const purge = uninstallSteps(installation.state, true).at(-1)!.command;
  assert.deepEqual(purge.slice(-2), ["/Q", "C:\\ProgramData\\Habit"]);
});

const POLICY =
  `Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value
WS-1,System,Anmelden,{0CCE9215-69AE-11D9-BED3-505054503030},Erfolg und Fehler,,3
WS-1,System,"Abmelden, alle",{0CCE9216-69AE-11D9-BED3-505054503030},Erfolg,,1
WS-1,System,Prozesserstellung,{0cce922b-69ae-11d9-bed3-505054503030},Keine,,0
`;

Deno.test("what is not audited is named with the line that enables it and the columns it shows", () => {
  const gaps = auditGaps(POLICY, false);
  const names = gaps.map(({ subcategory }) => subcategory);
  assert.ok(!names.includes("Logon") && !names.includes("Logoff"), "audited, in any language");
  assert.ok(!names.includes("Directory Service Access"), "domain controllers only");
  assert.ok(auditGaps(POLICY, true).some((gap) => gap.subcategory === "Directory Service Access"));
  const process = gaps.find(({ subcategory }) => subcategory === "Process Creation")!;
  assert.equal(
    process.enable,
    'auditpol /set /subcategory:"{0CCE922B-69AE-11D9-BED3-505054503030}" /success:enable',
  );
  const known = new Set<string>(FEATURES.map(({ name }) => name));
  const bits = (...names: string[]) =>
    names.reduce((sum, name) => sum | 1 << MASK_CHANNELS.findIndex((each) => each === name), 0);
  const seen = bits("process", "cmdline", "sysmon");
  assert.equal(auditedChannels(POLICY, seen), bits("logon", "cmdline", "sysmon"));
  assert.ok(process.columns.length > 5 && process.columns.every((name) => known.has(name)));
});

Deno.test("a backup of the policy counts for a day, in either of the encodings of Windows", () => {
  using folder = temporary();
  const path = `${folder.path}/audit.csv`;
  assert.equal(readBackup(path, Date.now()), undefined);
  Deno.writeTextFileSync(path, POLICY);
  assert.equal(readBackup(path, Date.now()), POLICY);
  assert.equal(readBackup(path, Date.now() + 25 * 3_600_000), undefined);
  Deno.writeFileSync(path, Buffer.from(`\ufeff${POLICY}`, "utf16le"));
  assert.equal(readBackup(path, Date.now()), POLICY);
});
