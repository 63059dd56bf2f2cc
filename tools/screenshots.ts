/**
 * The screenshots that README.md shows: the demo's estate in a real browser, written to docs/images.
 * @module
 */
import { chromiumPath, launch, watchedPage } from "@/tests/console/chromium.ts";
import { startEstate } from "@/tests/console/estate.ts";

const OUT = new URL("../docs/images/", import.meta.url);
const executable = chromiumPath();
if (!executable) {
  throw new Error("Cannot take screenshots without chromium: HABIT_CHROMIUM names where it is.");
}

await Deno.mkdir(OUT, { recursive: true });
await using estate = await startEstate({ hosts: 12, users: 24, days: 28 });
await using browser = await launch(executable);
const { sql, server, token } = estate;
const [{ user, at }] = await sql<[{ user: string; at: Date }]>`
  select a.user_id as user, (array_agg(window_start order by p))[1] as at
  from alerts a join users u using (host_id, user_id)
  where u.entity_class = 'human' group by 1 order by count(*) desc, 1 limit 1`;
const [{ host }] = await sql<[{ host: string }]>`
  select host_id as host from host_risks order by risk desc, host_id limit 1`;
const address = (kind: string, id: string) => encodeURIComponent(btoa(`${kind}:${id}`));

/** Name of the file, colours, address, and keys to press there. */
const SHOTS: readonly (readonly [string, "light" | "dark", string, readonly string[]])[] = [
  ["today", "light", "/", ["j", "Enter"]],
  ["user", "dark", `/users/${address("User", user)}?at=${at.toISOString()}`, []],
  ["host", "light", `/hosts/${address("Host", host)}`, []],
  ["attack", "dark", "/attack", []],
];

for (const [name, colorScheme, path, keys] of SHOTS) {
  const context = await browser.newContext({
    colorScheme,
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
  });
  const { page } = await watchedPage(context);
  await page.goto(`${server.url}/#token=${token}`);
  await page.goto(server.url + path);
  await page.waitForTimeout(1_000);
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(500);
  const file = new URL(`${name}.png`, OUT).pathname;
  await page.screenshot({ path: file });
  console.log(`${file}: ${(await Deno.stat(file)).size} bytes`);
  await context.close();
}
