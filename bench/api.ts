/**
 * The API against a bare Deno.serve + postgres.js that returns the same rows: requests a second and
 * p99 of a list of 100 anomalies, 1,000 subscribers of one alert, and every list of the console.
 * Servers and load run in processes of their own.
 *
 *     deno task bench api [scores=1000000] [folder]
 *
 * A folder is kept, and used as it is the next time: 10^7 scores take minutes to make.
 * @module
 */
import { startEmbedded } from "@/db/embedded.ts";
import { connect, openDatabase, type Sql } from "@/db/open.ts";
import { deriveKeys } from "@/server/privacy/keys.ts";
import { startServer } from "@/server/server.ts";
import { type Figure, median } from "./figure.ts";

const TOKEN = "bench";
const ROUNDS = 5;
const SECONDS = 3;
const CLIENTS = 8;
const SUBSCRIBERS = 1_000;
const HOSTS = 500;
const USERS = 2_000;

const QUERY = `{ anomalies(first: 100) { edges { node {
  id start score p confidence hostName pseudonym entityClass } } } }`;

/** Lists of the console, and the same at their worst: narrow filters, a far page, a short time. */
export const LISTS: readonly [string, string][] = [
  ["anomalies", QUERY],
  [
    "anomalies-week",
    `{ anomalies(first: 100, from: "2026-03-01T00:00:00Z", to: "2026-03-08T00:00:00Z") { edges { node { p explanation host { name } user { risk } } } } }`,
  ],
  // 72,000 windows: a day of 1,000 hosts with three accounts each.
  [
    "anomalies-today",
    `{ anomalies(first: 100, from: "2026-03-29T11:00:00Z") { edges { node { p explanation hostName pseudonym } } } }`,
  ],
  [
    "anomalies-hour",
    `{ anomalies(first: 100, from: "2026-01-15T10:00:00Z", to: "2026-01-15T11:00:00Z") { edges { node { p } } } }`,
  ],
  [
    "anomalies-host",
    `{ anomalies(first: 100, hostId: "HOST") { edges { node { p explanation } } } }`,
  ],
  ["anomalies-user", `{ anomalies(first: 100, userId: "USER") { edges { node { p } } } }`],
  ["anomalies-class", `{ anomalies(first: 100, entityClass: admin) { edges { node { p } } } }`],
  // A kind that nobody is of.
  ["anomalies-nobody", `{ anomalies(first: 100, entityClass: machine) { edges { node { p } } } }`],
  ["anomalies-far", `{ anomalies(first: 100, after: "AFTER") { edges { node { p } } } }`],
  [
    "scores-user",
    `{ scores(first: 200, userId: "USER", from: "2026-02-01T00:00:00Z") { edges { node { start p score } } } }`,
  ],
  ["scores-host", `{ scores(first: 200, hostId: "HOST") { edges { node { start p } } } }`],
  ["scores-newest", `{ scores(first: 100) { edges { node { start p hostName } } } }`],
  ["timeline-user", `{ timeline(userId: "USER") { hours strangeness scored } }`],
  ["timeline-host", `{ timeline(hostId: "HOST") { hours strangeness scored } }`],
  [
    "users",
    `{ users(first: 100) { edges { node { pseudonym risk entityClass riskReasons { day share } } } } }`,
  ],
  ["users-host", `{ users(first: 100, hostId: "HOST") { edges { node { pseudonym risk } } } }`],
  ["hosts", `{ hosts(first: 100) { edges { node { name lastSeen model { windows pooled } } } } }`],
  ["hosts-risk", `{ hosts(first: 100, orderBy: RISK) { edges { node { name risk } } } }`],
  ["hosts-name", `{ hosts(first: 100, nameContains: "s-49") { edges { node { name } } } }`],
  ["host", `{ node(id: "HOST") { ... on Host { calibration { p share } channels { name } } } }`],
  [
    "alerts-open",
    `{ alerts(first: 100, state: open) { edges { node { p sentence host { name } user { pseudonym risk } } } } }`,
  ],
  ["alerts-user", `{ alerts(first: 100, userId: "USER") { edges { node { p } } } }`],
  ["windows-host", `{ windows(first: 24, hostId: "HOST") { edges { node { start events } } } }`],
  ["overview", `{ overview { hosts users openAlerts } }`],
  ["budget", `{ alertBudgetPreview(perDay: 5) { limitP days { day alerts } } }`],
  ["audit", `{ audit(first: 100) { edges { node { at actor action } } } }`],
];

/** A cursor in the middle of all anomalies. */
const AFTER = Buffer.from(JSON.stringify([
  "score-strangest",
  "0.25",
  "-0.5",
  "00000001-0000-4000-8000-000000000001",
  "2026-01-01T00:00:00.000Z",
  "00000002-0000-4000-8000-000000000001",
])).toString("base64url");

/** Host h, user u of the bench's estate. */
const uuid = (kind: number, n: number) =>
  `${String(kind).padStart(8, "0")}-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** Ten million rows go in three times faster without indexes; gives how to make them again. */
function dropIndexes(sql: Sql): Promise<{ definition: string }[]> {
  return sql.begin(async (tx) => {
    const indexes = await tx<{ definition: string; drop: string }[]>`
      select coalesce('alter table scores add constraint ' || quote_ident(conname) || ' ' ||
          pg_get_constraintdef(c.oid), pg_get_indexdef(indexrelid)) as definition,
        coalesce('alter table scores drop constraint ' || quote_ident(conname),
          'drop index ' || indexrelid::regclass) as drop
      from pg_index i
      left join pg_constraint c on c.conindid = i.indexrelid
      where indrelid = 'scores'::regclass`;
    for (const { drop } of indexes) await tx.unsafe(drop);
    return [...indexes];
  });
}

/** An estate of `scores` scores with vectors, alerts and audit entries, the same shape each time. */
export async function fill(sql: Sql, scores: number): Promise<void> {
  const id = (kind: number, n: string) =>
    sql.unsafe(
      `('${String(kind).padStart(8, "0")}-0000-4000-8000-' || lpad((${n})::text, 12, '0'))::uuid`,
    );
  await sql`
    insert into hosts (host_id, name, first_seen, last_seen)
    select ${id(1, "h")}, 'ws-' || h, now(), now() - h * interval '1 minute'
    from generate_series(1, ${HOSTS}) h`;
  await sql`
    insert into users
    select ${id(1, "1 + u % 500")}, ${
    id(2, "u")
  }, (array['human','admin','service','human'])[1 + u % 4],
      '', now(), now()
    from generate_series(1, ${USERS}) u`;
  await sql`
    insert into risks (user_id, entity_class, risk, hosts, last_seen, reasons)
    select ${id(2, "u")}, (array['human','admin','service','human'])[1 + u % 4],
      random() * 100, 1, now() - u * interval '1 minute',
      '[{"day":"2026-03-01","hostId":"00000001-0000-4000-8000-000000000001","windowStart":"2026-03-01T00:00:00Z","p":0.001,"windows":9,"surprise":5,"share":1}]'
    from generate_series(1, ${USERS}) u`;
  await sql`
    insert into models (host_id, model_id, pooled, windows, bytes, figures, trained_from, trained_to,
      created_at, active)
    select ${id(1, "h")}, ${id(3, "h")}, false, 500, '', '{}', now(), now(), now(), true
    from generate_series(1, ${HOSTS}) h`;
  // Each user has scores / USERS hours on one host, the latest at 2026-03-31.
  const indexes = await dropIndexes(sql);
  await sql`
    insert into scores
    select ${id(1, "1 + u % 500")}, '2026-03-31T00:00Z'::timestamptz - n * interval '1 hour',
      ${id(2, "u")}, ${id(3, "1 + u % 500")}, random(), random(), 0.9,
      array[32, 82, 16, 33, 85]::smallint[], array[.5, .2, .1, .05, .05]::real[],
      array[0, 0, 0, 0, 0]::real[], array[2, 30, 9, 1, 3]::real[]
    from generate_series(1, ${Math.ceil(scores / USERS)}) n, generate_series(1, ${USERS}) u`;
  for (const { definition } of indexes) await sql.unsafe(definition);
  await sql`
    select make_vector_partition(day) from generate_series('2026-01-01'::timestamptz,
      '2026-04-01', interval '7 days') day`;
  const zeros = new Uint8Array(512);
  await sql`
    insert into vectors
    select host_id, window_start, user_id, 1, 0, 50, 65535, ${zeros}
    from scores where window_start > '2026-03-28' or p < 0.0001`;
  await sql`
    insert into alerts
    select host_id, gen_random_uuid(), user_id, window_start, p, score, window_start
    from scores order by p limit 5000`;
  await sql`
    insert into audit (id, at, actor, action, details)
    select gen_random_uuid(), now() - n * interval '1 minute', 'x', 'y', '{}'
    from generate_series(1, 20000) n`;
  // As the calibrate job leaves it.
  await sql`
    insert into settings (name, value) values ('windowRate', '{"perDay": ${
    sql.unsafe(String(USERS * 24))
  }}')`;
  await sql`vacuum analyze`;
}

/** What everyone would write first: one route, one prepared statement, JSON.stringify. */
function serveBare(url: string): Promise<void> {
  const sql = connect(url, 8);
  const rows = () =>
    sql`
    select s.host_id || '/' || s.user_id || '/' || extract(epoch from s.window_start) * 1000 as id,
      s.window_start as start, s.score, s.p, s.confidence, h.name as "hostName",
      s.user_id as pseudonym, u.entity_class as "entityClass"
    from (
      select * from scores s
      order by s.p, -s.score, s.host_id, s.window_start, s.user_id limit 100
    ) s
    join hosts h on h.host_id = s.host_id
    join users u on u.host_id = s.host_id and u.user_id = s.user_id
    order by s.p, -s.score, s.host_id, s.window_start, s.user_id`;
  const server = Deno.serve(
    {
      port: 0,
      hostname: "127.0.0.1",
      onListen: ({ port }) => console.log(`http://127.0.0.1:${port}`),
    },
    async ({ headers }) => {
      if (headers.get("accept") !== "text/event-stream") {
        return Response.json({ data: await rows() });
      }
      const hello = new TextEncoder().encode(":\n\n");
      const silent = new ReadableStream({ start: (stream) => stream.enqueue(hello) });
      return new Response(silent, { headers: { "content-type": "text/event-stream" } });
    },
  );
  tellMemory();
  return server.finished;
}

async function serveHabit(url: string): Promise<void> {
  const database = await openDatabase(url);
  const server = await startServer({
    database,
    port: 0,
    hostname: "127.0.0.1",
    token: TOKEN,
    keys: deriveKeys(new Uint8Array(32)),
    limit: { perSecond: 1e9, burst: 1e9, subscriptions: 1e9 },
    ingest: () => Promise.resolve(new Response()),
  });
  console.log(server.url);
  tellMemory();
  await new Promise(() => {});
}

/** Lets a process tell of memory without its garbage. */
const COLLECTED = "--v8-flags=--expose-gc";

function tellMemory(): void {
  const { gc } = globalThis as { gc?: () => void };
  setInterval(() => {
    gc?.();
    console.log(`rss ${Deno.memoryUsage().rss}`);
  }, 500);
}

interface Child extends AsyncDisposable {
  readonly url: string;
  /** Resident bytes at last report. */
  rss(): number;
}

async function child(
  mode: "bare" | "habit",
  database: string,
  ...flags: string[]
): Promise<Child> {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...flags, import.meta.filename!, mode, database],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const url = (await lines.read()).value!.split("\n")[0]!;
  let rss = 0;
  const reading = (async () => {
    for (;;) {
      const { value, done } = await lines.read();
      if (done) return;
      rss = Number(/rss (\d+)\n$/.exec(value)?.[1] ?? rss);
    }
  })();
  return {
    url,
    rss: () => rss,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await Promise.all([process.status, reading]);
    },
  };
}

const headers = { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" };
const post = (query: string): RequestInit => ({
  method: "POST",
  headers,
  body: JSON.stringify({ query }),
});

async function timed(url: string, init?: RequestInit): Promise<number> {
  const start = performance.now();
  const response = await fetch(url, init);
  const body = await response.text();
  if (!response.ok || body.includes('"errors"')) throw new Error(body.slice(0, 500));
  return performance.now() - start;
}

const quantile = (values: readonly number[], q: number) =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))]!;

async function load(url: string, init?: RequestInit): Promise<{ rate: number; p99: number }> {
  const latencies: number[] = [];
  const end = performance.now() + SECONDS * 1000;
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    while (performance.now() < end) latencies.push(await timed(url, init));
  }));
  return { rate: latencies.length / SECONDS, p99: quantile(latencies, 0.99) };
}

const round = (value: number) => Number(value.toFixed(2));

function alone(name: string, value: number, unit: string): Figure {
  return { case: name, value: round(value), unit, peer: null, peerValue: null, ratio: null };
}

function against(
  name: string,
  value: number,
  unit: string,
  peerValue: number,
  ratio: number,
): Figure {
  const peer = "bare Deno.serve + postgres.js";
  return {
    case: name,
    value: round(value),
    unit,
    peer,
    peerValue: round(peerValue),
    ratio: round(ratio),
  };
}

async function* list100(ours: Child, bare: Child): AsyncIterable<Figure> {
  const rounds: { ours: Awaited<ReturnType<typeof load>>; bare: typeof rounds[0]["ours"] }[] = [];
  for (let i = 0; i < ROUNDS + 1; i++) {
    rounds.push({
      ours: await load(`${ours.url}/graphql`, post(QUERY)),
      bare: await load(bare.url),
    });
  }
  rounds.shift(); // warm-up
  const by = (pick: (round: typeof rounds[0]) => number) => median(rounds.map(pick));
  yield against(
    "list-100",
    by((r) => r.ours.rate),
    "requests/s",
    by((r) => r.bare.rate),
    by((r) => r.ours.rate / r.bare.rate),
  );
  yield against(
    "list-100-p99",
    by((r) => r.ours.p99),
    "ms",
    by((r) => r.bare.p99),
    by((r) => r.bare.p99 / r.ours.p99),
  );
}

/** Does something `count` times, a hundred at once. */
async function manyAtOnce<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  const done: T[] = [];
  while (done.length < count) {
    done.push(...await Promise.all(Array.from({ length: 100 }, act)));
  }
  return done;
}

/** Opens subscriptions; gives what reads them, and the memory that each one took. */
async function subscribe(server: Child, count: number, path: string, signal: AbortSignal) {
  const query = "subscription { alertRaised { id p sentence host { name } user { pseudonym } } }";
  const init = { ...post(query), headers: { ...headers, accept: "text/event-stream" }, signal };
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = server.rss();
  const readers = await manyAtOnce(count, async () => {
    const response = await fetch(server.url + path, init);
    return response.body!.pipeThrough(new TextDecoderStream()).getReader();
  });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return { readers, each: (server.rss() - before) / count / 1024 };
}

async function* subscribers(ours: Child, sql: Sql): AsyncIterable<Figure> {
  const stop = new AbortController();
  const { readers } = await subscribe(ours, SUBSCRIBERS, "/graphql", stop.signal);
  const heard = readers.map(async (reader) => {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) throw new Error("A subscription ended early");
      if (value.includes("alertRaised")) return performance.now();
    }
  });
  const start = performance.now();
  await sql`
    insert into alerts
    select host_id, gen_random_uuid(), user_id, window_start, p, score, now()
    from scores where p < 0.5 and window_start = '2026-03-30T12:00Z'
      and (host_id, window_start, user_id) not in (select host_id, window_start, user_id from alerts)
    limit 1`;
  const last = Math.max(...await Promise.all(heard)) - start;
  stop.abort();
  yield alone("sse-1000", last, "ms until the last of 1,000 heard");
}

/**
 * What a subscriber takes of resident memory, garbage collected: Habit's, and those of the bare
 * server, which never hear anything. Counted from the second thousand on: the first fills what V8
 * sets aside for a thousand requests at once, whatever they ask.
 */
async function* memory(database: string): AsyncIterable<Figure> {
  await using ours = await child("habit", database, COLLECTED);
  await using bare = await child("bare", database, COLLECTED);
  const stop = new AbortController();
  await subscribe(ours, SUBSCRIBERS, "/graphql", stop.signal);
  await subscribe(bare, SUBSCRIBERS, "/", stop.signal);
  const { each } = await subscribe(ours, 4 * SUBSCRIBERS, "/graphql", stop.signal);
  const silent = await subscribe(bare, 4 * SUBSCRIBERS, "/", stop.signal);
  stop.abort();
  yield against("sse-memory", each, "KiB each", silent.each, silent.each / each);
}

/** A list's operation for some host, user and cursor of what {@link fill} makes. */
export function operationOf(list: string): string {
  const id = (type: string, uuid: string) => btoa(`${type}:${uuid}`);
  return list.replace("HOST", id("Host", uuid(1, 7))).replace("USER", id("User", uuid(2, 6)))
    .replace("AFTER", AFTER);
}

async function* lists(ours: Child): AsyncIterable<Figure> {
  for (const [name, query] of LISTS) {
    const init = post(operationOf(query));
    const latencies: number[] = [];
    for (let i = 0; i < 60; i++) latencies.push(await timed(`${ours.url}/graphql`, init));
    yield alone(`p95-${name}`, quantile(latencies.slice(10), 0.95), "ms");
  }
}

/** Every case; the one flag is how many scores the database holds. */
export async function* figures(flags: readonly string[]): AsyncIterable<Figure> {
  const scores = Number(flags[0] ?? 1_000_000);
  const kept = flags[1];
  const folder = kept ?? await Deno.makeTempDir({ prefix: "habit-bench-" });
  const embedded = await startEmbedded(folder);
  try {
    await (await openDatabase(embedded.url)).close();
    const sql = connect(embedded.url, 2);
    const [filled] = await sql`select 1 from scores limit 1`;
    if (!filled) {
      console.error(`Filling ${scores.toLocaleString("en")} scores …`);
      await fill(sql, scores);
    }
    yield* memory(embedded.url);
    {
      await using ours = await child("habit", embedded.url);
      await using bare = await child("bare", embedded.url);
      yield* lists(ours);
      yield* list100(ours, bare);
      yield* subscribers(ours, sql);
    }
    await sql.end();
  } finally {
    await embedded.stop();
    if (!kept) await Deno.remove(folder, { recursive: true }).catch(() => {});
  }
}

if (import.meta.main) {
  const [mode, url = ""] = Deno.args;
  if (mode === "bare") await serveBare(url);
  else if (mode === "habit") await serveHabit(url);
  else throw new Error("Run this by `deno task bench api`.");
}
