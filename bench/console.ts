/**
 * The console in chromium (npm:playwright-core, fetched for this): how soon the first page can be
 * read with 10^6 scores behind it, and how a timeline of 10^5 hours pans. The peer of panning is a
 * screen's 60 frames a second. `--scores N` changes the number.
 * @module
 */
import { parseArgs } from "node:util";
import { startEmbedded } from "@/db/embedded.ts";
import { serve } from "@/commands/serve.ts";
import { connect, openDatabase, type Sql } from "@/db/open.ts";
import { type Browser, chromiumPath, launch, watchedPage } from "@/tests/console/chromium.ts";
import { fill } from "./api.ts";
import { type Figure, median } from "./figure.ts";

const TOKEN = "token-of-the-benchmark";
const HOURS = 100_000;
const LOADS = 9;
const FRAMES = 120;
const SCREEN_MS = 1_000 / 60;
const OLD_HAND = "0000000f-0000-4000-8000-000000000001";

/** A user with a score in each of 10^5 hours on one host. */
async function longHistory(sql: Sql): Promise<void> {
  await sql`
    insert into users
    select host_id, ${OLD_HAND}, 'human', '', now(), now() from hosts order by host_id limit 1`;
  await sql`
    insert into risks
    select ${OLD_HAND}, 'human', 50, 1, '2026-03-31', '[]'`;
  await sql`
    insert into scores
    select u.host_id, '2026-03-31T00:00Z'::timestamptz - n * interval '1 hour', u.user_id,
      ${OLD_HAND}, random(), random(), 0.9, '{32}', '{1}', '{0}', '{2}'
    from users u, generate_series(1, ${HOURS}) n where u.user_id = ${OLD_HAND}`;
  await sql`analyze`;
}

/** From the first byte of the answer to the first alert, in milliseconds; and bytes of script. */
async function load(browser: Browser, url: string): Promise<{ readable: number; bytes: number }> {
  const context = await browser.newContext();
  const { page } = await watchedPage(context);
  await page.addInitScript(`
    new MutationObserver((_, observer) => {
      if (!document.querySelector(".alert")) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(() => self.readable = performance.now()));
    }).observe(document, { childList: true, subtree: true });`);
  await page.goto(`${url}/#token=${TOKEN}`);
  await page.locator(".alert").first().waitFor();
  await page.waitForTimeout(200);
  const figures = await page.evaluate(`({
    readable: readable - performance.getEntriesByType("navigation")[0].responseStart,
    bytes: performance.getEntriesByType("resource").filter(({ name }) => name.endsWith(".js"))
      .reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
  })`);
  await context.close();
  return figures;
}

/** Milliseconds of each frame while the timeline is dragged to and fro. */
const DRAG = `new Promise((resolve) => {
  const over = document.querySelector(".u-over");
  const { left, top, width } = over.getBoundingClientRect();
  const send = (type, x) => over.dispatchEvent(new PointerEvent(type,
    { clientX: left + x, clientY: top + 50, pointerId: 1, bubbles: true }));
  over.setPointerCapture = () => {};
  const frames = [];
  let last = performance.now();
  send("pointerdown", width / 2);
  const step = (now) => {
    frames.push(now - last);
    last = now;
    send("pointermove", width / 2 + 200 * Math.sin(frames.length / 10));
    if (frames.length < ${FRAMES}) return requestAnimationFrame(step);
    send("pointerup", width / 2);
    resolve(frames.slice(2));
  };
  requestAnimationFrame(step);
})`;

function frames(name: string, ms: readonly number[]): Figure {
  const perSecond = 1_000 / median(ms);
  const slow = ms.toSorted((a, b) => a - b)[Math.floor(ms.length * 0.95)]!;
  return {
    case: `${name} (p95 ${slow.toFixed(1)} ms)`,
    value: Number(perSecond.toFixed(1)),
    unit: "frames/s",
    peer: "the screen",
    peerValue: 60,
    ratio: SCREEN_MS / median(ms),
  };
}

const plain = (name: string, value: number, unit: string): Figure => ({
  case: name,
  value: Math.round(value),
  unit,
  peer: null,
  peerValue: null,
  ratio: null,
});

/** First page and panning. */
export async function* figures(flags: readonly string[]): AsyncGenerator<Figure> {
  const { values } = parseArgs({
    args: [...flags],
    options: { scores: { type: "string", default: "1000000" } },
  });
  const executable = chromiumPath();
  if (!executable) throw new Error("Cannot measure without chromium: HABIT_CHROMIUM names one.");
  const folder = await Deno.makeTempDir({ prefix: "habit-bench-" });
  await using stack = new AsyncDisposableStack();
  stack.defer(() => Deno.remove(folder, { recursive: true }));
  const embedded = stack.use(await startEmbedded(folder));
  const database = await openDatabase(embedded.url);
  stack.defer(() => database.close());
  const sql = connect(embedded.url, 1);
  await fill(sql, Number(values.scores));
  await longHistory(sql);
  await using server = await serve(database, {
    keyFile: `${folder}/habit.key`,
    port: 0,
    hostname: "127.0.0.1",
    token: TOKEN,
    worker: false,
  });
  await using browser = await launch(executable);
  const loads = [];
  for (let i = 0; i <= LOADS; i++) loads.push(await load(browser, server.url));
  const warm = loads.slice(1).map(({ readable }) => readable);
  yield plain("first page readable", median(warm), "ms");
  yield plain("first page readable, slowest", Math.max(...warm), "ms");
  yield plain("script, compressed", loads[0]!.bytes, "bytes");

  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const { page } = await watchedPage(context);
  await page.goto(`${server.url}/#token=${TOKEN}`);
  await page.locator(".alert").first().waitFor();
  const start = performance.now();
  await page.goto(`${server.url}/users/${encodeURIComponent(btoa(`User:${OLD_HAND}`))}`);
  await page.locator(".u-over").waitFor();
  yield plain("timeline of 10^5 hours shown", performance.now() - start, "ms");
  yield frames("pan, a month of 10^5", await page.evaluate(DRAG));
  await page.getByRole("button", { name: "All" }).click();
  await page.locator(".plot").press("+");
  yield frames("pan, half of 10^5 in view", await page.evaluate(DRAG));
  await sql.end();
}
