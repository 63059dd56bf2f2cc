/**
 * The console in a real browser, before a simulated estate. Run by `task test:console`: playwright
 * and axe are fetched only for this. Timings are printed; none decides.
 */
import assert from "node:assert/strict";
import { hostIdOf } from "@/db/store_batches.ts";
import { deadJobs } from "@/server/jobs/look.ts";
import { seal } from "@/server/privacy/seal.ts";
import {
  accessibilityViolations,
  type Browser,
  chromiumPath,
  type Context,
  launch,
  type Page,
  watchedPage,
} from "./chromium.ts";
import { CODE, type Estate, raiseAlert, startEstate } from "./estate.ts";

const PASSWORD = "correct horse battery";
const NETWORK_ERROR = /Failed to load resource/;
const HOSTILE = [
  "<script>document.title='hacked';self.hacked=1</script><img src=x onerror=self.hacked=1>",
  "\u202egnp.tsoh-\u05d0\u05d1\u05d2",
  "h".repeat(300),
];

interface Ids {
  readonly user: string;
  readonly host: string;
}

/** Global ids of the person with most alerts, and of where. */
async function ids({ sql }: Estate): Promise<Ids> {
  const [row] = await sql<{ userId: string; hostId: string }[]>`
    select user_id as "userId", host_id as "hostId" from alerts join users using (host_id, user_id)
    where entity_class in ('human', 'admin')
    group by 1, 2 order by count(*) desc, 1, 2 limit 1`;
  const { userId, hostId } = row!;
  return { user: btoa(`User:${userId}`), host: btoa(`Host:${hostId}`) };
}

/** Every page by its address. */
function addresses({ user, host }: Ids): string[] {
  return [
    "/",
    "/?state=closed",
    "/?state=suppressed",
    "/users",
    `/users/${encodeURIComponent(user)}`,
    "/hosts",
    `/hosts/${encodeURIComponent(host)}`,
    "/attack",
    "/reports",
    "/agents",
    "/jobs",
    "/settings",
    ...["suppressions", "enrolment", "accounts", "tokens", "privacy", "exports"].map((part) =>
      `/settings?part=${part}`
    ),
    "/audit",
    `/users/${encodeURIComponent(btoa("User:00000000-0000-4000-8000-000000000000"))}`,
    "/no/such/page",
  ];
}

/** Waits until a script gives true. The policy forbids what playwright's own waiting evaluates. */
async function until(page: Page, what: string, script: string): Promise<void> {
  for (let waits = 0; !await page.evaluate(script); waits++) {
    assert.ok(waits < 300, `${page.url()}: ${what}`);
    await page.waitForTimeout(50);
  }
}

/** Waits for a page's answers and its title. */
function settled(page: Page): Promise<void> {
  return until(
    page,
    "it goes on loading",
    `document.querySelector("h1") !== null && document.querySelector(".loading") === null &&
      document.title.endsWith(" · Habit")`,
  );
}

async function signIn(page: Page, url: string, name = "ada"): Promise<void> {
  await page.goto(url);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Today" }).waitFor();
}

/** Runs a step in a context of its own, signed in; nothing may have gone wrong in the end. */
async function inside(
  browser: Browser,
  url: string,
  run: (page: Page, context: Context, wrongs: string[]) => Promise<void>,
  options: Record<string, unknown> = {},
): Promise<void> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "UTC", ...options });
  const { page, wrongs } = await watchedPage(context);
  await signIn(page, url);
  await run(page, context, wrongs);
  assert.deepEqual(wrongs, []);
  await context.close();
}

const alerts = (page: Page) => page.locator(".alert > .sentence");

async function comesIn(browser: Browser, { server: { url }, sql }: Estate): Promise<void> {
  const context = await browser.newContext();
  const { page, wrongs } = await watchedPage(context);
  await page.goto(url);
  await page.getByRole("heading", { name: "First administrator" }).waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
  assert.deepEqual(wrongs, [], "asking who is here is no error");
  const submit = async (code: string, password: string) => {
    await page.getByLabel("One-time code").fill(code);
    await page.getByLabel("Name").fill("ada");
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Make the account" }).click();
  };
  await submit("WRONG-CODE", PASSWORD);
  await page.getByText("This code is wrong").waitFor();
  await submit(CODE, "short");
  await page.getByText(/this one has 5/).waitFor();
  await submit(CODE, PASSWORD);
  await page.getByRole("heading", { name: "Today" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();

  await page.getByLabel("Name").fill("ada");
  await page.getByLabel("Password").fill("wrong wrong wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Name or password is wrong.").waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Today" }).waitFor();
  assert.deepEqual(wrongs.filter((wrong) => !NETWORK_ERROR.test(wrong)), []);
  await context.close();
  await sql`update accounts set roles = '{administrator,privacyOfficer}'`;
  await sql`select pg_notify('habit_access', '')`;
}

async function seesEveryPage(browser: Browser, url: string, known: Ids): Promise<void> {
  for (const colorScheme of ["light", "dark"]) {
    await inside(browser, url, async (page, _, wrongs) => {
      for (const address of addresses(known)) {
        await page.goto(url + address);
        await settled(page);
        assert.deepEqual(await accessibilityViolations(page), [], `${address} ${colorScheme}`);
        assert.deepEqual(wrongs, [], address);
        assert.ok(await page.evaluate("self.shift") < 0.05, `${address} shifts its layout`);
      }
    }, { colorScheme });
  }
}

async function fitsNarrowScreens(browser: Browser, url: string, known: Ids): Promise<void> {
  const viewport = { width: 375, height: 700 };
  await inside(browser, url, async (page) => {
    for (const address of addresses(known)) {
      await page.goto(url + address);
      await settled(page);
      const wide = await page.evaluate("document.documentElement.scrollWidth");
      assert.ok(wide <= 375, `${address} is ${wide} pixels wide`);
    }
    await page.getByRole("button", { name: "Menu" }).click();
    await page.getByRole("link", { name: "Users" }).click();
    await page.getByRole("heading", { name: "Users" }).waitFor();
  }, { viewport });
}

async function goesByKeys(page: Page): Promise<void> {
  const letters = {
    u: "Users",
    h: "Hosts",
    m: "ATT&CK",
    r: "Reports",
    a: "Agents",
    j: "Jobs",
    s: "Settings",
    l: "Audit",
    t: "Today",
  };
  for (const [letter, title] of Object.entries(letters)) {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await page.getByRole("heading", { name: title, exact: true }).waitFor();
  }
  await page.keyboard.press("?");
  await page.getByRole("heading", { name: "Keys" }).waitFor();
  await page.getByText("Next alert").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Keys" }).waitFor({ state: "hidden" });
}

async function walksAlerts(page: Page): Promise<void> {
  await alerts(page).first().waitFor();
  const focused = () => page.evaluate(`document.activeElement.textContent`);
  const texts = [await alerts(page).nth(0).innerText(), await alerts(page).nth(1).innerText()];
  await page.keyboard.press("j");
  assert.equal(await focused(), texts[0]);
  await page.keyboard.press("j");
  assert.equal(await focused(), texts[1]);
  await page.keyboard.press("k");
  assert.equal(await focused(), texts[0]);
  await page.keyboard.press("Enter");
  await page.getByText("Part of the score").waitFor();
  const link = page.url();
  assert.match(link, /\?alert=/);
  await page.goto(link);
  await page.getByText("Part of the score").waitFor();
  assert.equal(await alerts(page).nth(0).getAttribute("aria-expanded"), "true");
  await alerts(page).nth(0).press("Enter");
  await page.getByText("Part of the score").waitFor({ state: "detached" });
}

/** From an alert to its label to the next like it, which is suppressed; all by keys. */
async function triages(page: Page, { sql }: Estate): Promise<void> {
  await alerts(page).first().waitFor();
  await page.keyboard.press("j");
  const id = await page.evaluate(`document.activeElement.closest("li").id`);
  const [, alertId] = atob(id).split(":")[1]!.split("/");
  const [row] = await sql<{ host: string; user: string; column: number }[]>`
    select a.host_id as host, a.user_id as user, s.top_columns[1] as column
    from alerts a join scores s using (host_id, window_start, user_id)
    where alert_id = ${alertId ?? atob(id).split(":")[1]!}`;
  await page.keyboard.press("l");
  await page.getByText("What was it?").waitFor();
  await page.getByText(/Hides this user's alerts/).waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("The yearly exercise");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Space");
  await page.keyboard.press("Enter");
  await page.getByText("Benign, expected, suppressed for 30 days.").waitFor();
  await page.locator(`[id="${id}"]`).waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Closed" }).click();
  await page.locator(`[id="${id}"]`).getByRole("button").first().click();
  await page.locator("blockquote").waitFor();
  assert.equal(await page.locator("blockquote").innerText(), "The yearly exercise");

  await raiseAlert(sql, row!);
  await page.getByRole("button", { name: "Suppressed" }).click();
  await alerts(page).first().waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await page.getByRole("link", { name: "Suppressions" }).click();
  await page.getByText(/The yearly exercise/).waitFor();
  await page.getByRole("button", { name: "End now" }).click();
  await page.getByText("Nothing is suppressed").waitFor();
}

async function closesAndUndoes(page: Page): Promise<void> {
  await alerts(page).first().waitFor();
  await page.keyboard.press("j");
  const id = await page.evaluate(`document.activeElement.closest("li").id`);
  await page.keyboard.press("e");
  await page.locator(`[id="${id}"]`).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await page.locator(`[id="${id}"]`).waitFor();
}

async function hearsOfNews(page: Page, estate: Estate): Promise<void> {
  await alerts(page).first().waitFor();
  // Until the subscription is there, nobody hears: whoever came before is in the list anyway.
  const raised: string[] = [];
  while (await page.locator(".alert.new").count() === 0) {
    assert.ok(raised.length < 30, "no news in 15 s");
    raised.push(await raiseAlert(estate.sql));
    await page.waitForTimeout(500);
  }
  const shown = atob(await page.evaluate(`document.querySelector(".alert.new").id`));
  assert.ok(raised.some((id) => shown.endsWith(id)), `${shown} is none of ${raised}`);
}

async function survivesHostileNames(page: Page, estate: Estate, url: string): Promise<void> {
  const { sql, server } = estate;
  for (const name of HOSTILE) {
    const id = hostIdOf(name);
    await sql`insert into hosts (host_id, name, first_seen, last_seen)
      values (${id}, ${name}, now(), now())`;
    await sql`insert into users
      values (${id}, ${crypto.randomUUID()}, 'human', ${seal(name, server.keys.sealPublicKey)},
        now(), now())`;
  }
  await page.goto(`${url}/hosts?order=seen`);
  await settled(page);
  for (const name of HOSTILE) {
    await page.goto(`${url}/hosts?order=seen`);
    await page.locator(`td a[title=${JSON.stringify(name)}]`).click();
    await page.locator("h1").waitFor();
    assert.equal(await page.locator("h1").innerText(), name);
    const wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    assert.ok(wide <= 0, `${name.slice(0, 20)} makes the page ${wide} pixels too wide`);
  }
  assert.equal(await page.evaluate("self.hacked"), undefined);
  await sql`delete from users where host_id = any(${HOSTILE.map(hostIdOf)})`;
  await sql`delete from hosts where host_id = any(${HOSTILE.map(hostIdOf)})`;
}

async function savesCsv(page: Page, url: string, estate: Estate): Promise<void> {
  await estate.sql`insert into hosts (host_id, name, first_seen, last_seen)
    values (${hostIdOf("=cmd")}, '=cmd|"/C calc"', now(), now())`;
  await page.goto(`${url}/hosts?order=name`);
  await settled(page);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "CSV" }).click(),
  ]);
  assert.equal(download.suggestedFilename(), "habit-hosts.csv");
  const text = await Deno.readTextFile(await download.path());
  const [{ n }] = await estate.sql<[{ n: number }]>`select count(*)::int as n from hosts`;
  const lines = text.trimEnd().split("\r\n");
  assert.equal(lines.length, n + 1);
  assert.match(lines[0]!, /^\ufeff?Host,Risk,Model,Criticality,Heard of$/);
  assert.ok(text.includes(`"'=cmd|""/C calc""",`), "a formula is only text");
  await estate.sql`delete from hosts where host_id = ${hostIdOf("=cmd")}`;
}

async function looksAtAUser(page: Page, url: string, known: Ids): Promise<void> {
  await page.goto(`${url}/users/${encodeURIComponent(known.user)}`);
  const plot = page.locator(".u-over");
  await plot.waitFor();
  await page.locator("td button.link").first().click();
  await page.getByText("Show every feature of this hour").first().waitFor();
  assert.match(page.url(), /at=/);
  await page.getByText("Show every feature of this hour").first().click();
  await page.getByRole("region", { name: "Table of features" }).first().waitFor();
  await page.getByRole("button", { name: "Close" }).first().click();
  assert.doesNotMatch(page.url(), /at=/);

  await page.evaluate("scrollTo(0, 0)");
  const box = (await plot.boundingBox())!;
  const picture = `document.querySelector(".plot canvas").toDataURL()`;
  /** Does something after which the chart must look another way. */
  const redraws = async (what: string, act: () => Promise<void>) => {
    await page.evaluate(`void (self.before = ${picture})`);
    await act();
    await until(page, what, `${picture} !== self.before`);
  };
  await redraws(
    "a week looks unlike a month",
    () => page.getByRole("button", { name: "Week" }).click(),
  );
  await redraws("dragging pans", async () => {
    await page.mouse.move(box.x + 300, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 500, box.y + 60, { steps: 5 });
    await page.mouse.up();
  });
  await page.locator(".plot").focus();
  await redraws("minus zooms out", () => page.keyboard.press("-"));

  await page.getByRole("button", { name: "Show the name" }).click();
  await page.getByLabel("Why do you need the name?").fill("The ticket asks for it");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.locator(".name").waitFor();
  assert.match(await page.locator(".name").innerText(), /\S/);
}

async function showsTimesOfTheViewer(browser: Browser, url: string, known: Ids): Promise<void> {
  await inside(browser, url, async (page) => {
    await page.goto(`${url}/users/${encodeURIComponent(known.user)}`);
    const time = page.locator("td time").first();
    await time.waitFor();
    const at = new Date(
      (await time.getAttribute("dateTime") ?? await time.getAttribute("datetime"))!,
    );
    const utc = `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
    assert.equal(await time.getAttribute("title"), utc);
    const tokyo = String((at.getUTCHours() + 9) % 24).padStart(2, "0");
    assert.match(await time.innerText(), new RegExp(`${tokyo}:00$`));
  }, { timezoneId: "Asia/Tokyo" });
}

async function outlivesTheServer(page: Page, context: Context, wrongs: string[]): Promise<void> {
  await alerts(page).first().waitFor();
  await context.setOffline(true);
  await page.keyboard.press("g");
  await page.keyboard.press("u");
  await page.getByText("The server does not answer.").waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
  await context.setOffline(false);
  await page.getByText("The server does not answer.").waitFor({ state: "hidden" });
  await page.getByRole("region", { name: "Table of users" }).waitFor();
  wrongs.splice(0); // the browser itself says that the network was gone
}

/** Whoever may only read sees no button that changes anything, and a sentence where they may not. */
async function keepsToPermissions(browser: Browser, url: string, estate: Estate): Promise<void> {
  await estate.sql`insert into accounts (account_id, name, password_hash, roles)
    select gen_random_uuid(), 'vera', password_hash, '{viewer}' from accounts where name = 'ada'`;
  const context = await browser.newContext();
  const { page } = await watchedPage(context);
  await signIn(page, url, "vera");
  await alerts(page).first().waitFor();
  await alerts(page).first().click();
  await page.getByText("Part of the score").waitFor();
  assert.equal(await page.getByRole("button", { name: /Label/ }).count(), 0);
  await page.keyboard.press("l");
  assert.equal(await page.getByText("What was it?").count(), 0);
  assert.equal(await page.getByRole("link", { name: "Audit" }).count(), 0);
  await page.goto(`${url}/audit`);
  await page.getByText("You may not see this").waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
  await context.close();
}

async function managesSettings(page: Page, url: string): Promise<void> {
  await page.goto(`${url}/settings`);
  await page.getByLabel("Alerts a day, whole estate").fill("2.5");
  await page.getByText(/2\.5 a day would have raised/).waitFor();
  await page.getByRole("button", { name: "Set the budget" }).click();
  await page.getByText("From the next scores on: 2.5 alerts a day.").waitFor();
  await page.getByRole("link", { name: "Enrolment" }).click();
  await page.getByLabel("What for").fill("laptops");
  await page.getByRole("button", { name: "Make a token" }).click();
  const line = await page.getByLabel("Enrolment line").innerText();
  assert.match(line, new RegExp(`^\\.\\\\install\\.ps1 -Server ${url} -Token habit_enrol_\\S+$`));
  await page.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("revoked").waitFor();
  await page.getByRole("link", { name: "Accounts" }).click();
  await page.getByLabel("Name").fill("bob");
  await page.getByLabel("Password").fill("too short");
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Make the account" }).click();
  await page.getByRole("button", { name: "Yes: keep out" }).nth(1).waitFor();
}

/** A report about a user, from its order to its page, which has a policy of its own. */
async function ordersReports(page: Page, context: Context, url: string, known: Ids) {
  await page.goto(`${url}/users/${encodeURIComponent(known.user)}`);
  await page.getByRole("link", { name: "Report", exact: true }).click();
  await page.getByRole("button", { name: "Make it" }).click();
  const link = page.getByRole("link", { name: "Open" }).first();
  await link.waitFor();
  const { page: report, wrongs } = await watchedPage(context);
  await report.goto(url + (await link.getAttribute("href")));
  await report.locator("h1").waitFor();
  assert.deepEqual(await accessibilityViolations(report), []);
  assert.deepEqual(wrongs, []);
}

async function redrivesJobs(page: Page, url: string, { sendOnce, sql }: Estate): Promise<void> {
  const [host] = await sql<{ hostId: string }[]>`select host_id as "hostId" from hosts limit 1`;
  await sql`alter table baselines rename to baselines_away`;
  await sendOnce("baseline", { ...host, full: true });
  while ((await deadJobs(sql)).length === 0) await page.waitForTimeout(100);
  await sql`alter table baselines_away rename to baselines`;
  await page.goto(`${url}/jobs`);
  await page.getByText('relation "baselines" does not exist').waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
  await page.getByRole("button", { name: "Try all of baseline again" }).click();
  await page.getByText('relation "baselines" does not exist').waitFor({ state: "detached" });
  assert.deepEqual(await deadJobs(sql), []);
}

async function isBelievedWhenQuiet(page: Page, url: string, { sql }: Estate): Promise<void> {
  await sql`update alert_cases set state = 'closed' where state = 'open'`;
  await page.goto(url);
  await page.getByText("Nothing is strange enough").waitFor();
  await page.getByText(/hours of users were judged in the latest 24 hours/).nth(1).waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
}

async function measures(browser: Browser, url: string): Promise<void> {
  await inside(browser, url, async (page) => {
    await page.goto(url);
    await settled(page);
    const figures = await page.evaluate(`(() => {
      const [page] = performance.getEntriesByType("navigation");
      const scripts = performance.getEntriesByType("resource")
        .filter(({ name }) => name.endsWith(".js"));
      const painted = performance.getEntriesByName("first-contentful-paint")[0].startTime;
      return {
        scriptBytes: scripts.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0),
        readableMs: Math.round(performance.now() - page.responseStart),
        paintedMs: Math.round(painted - page.responseStart),
        longestTaskMs: Math.round(self.longest), layoutShift: self.shift,
      };
    })()`);
    console.log("first page", figures);
    assert.ok(figures.scriptBytes < 80_000, `${figures.scriptBytes} bytes of script`);
    assert.ok(figures.layoutShift < 0.05, `layout shifts by ${figures.layoutShift}`);
  });
}

async function leadsBeginners(browser: Browser): Promise<void> {
  await using empty = await startEstate({ hosts: 0, users: 0, days: 0 });
  const { url } = empty.server;
  const context = await browser.newContext();
  const { page, wrongs } = await watchedPage(context);
  await page.goto(`${url}/#token=${empty.token}`);
  await page.getByText("No host is enrolled yet").waitFor();
  assert.ok(!page.url().includes("token"), "the token does not stay in the address");
  await page.getByRole("button", { name: /Make a token/ }).click();
  await page.getByLabel("Enrolment line").waitFor();
  assert.deepEqual(await accessibilityViolations(page), []);
  const id = hostIdOf("ws-001");
  await empty.sql`insert into hosts (host_id, name, first_seen, last_seen)
    values (${id}, 'ws-001', now() - interval '12 hours', now())`;
  await empty.sql`insert into ledger (host_id, epoch, last_seq, stored)
    values (${id}, gen_random_uuid(), 11, 12)`;
  await page.goto(url);
  await page.getByText("Learning what is usual").waitFor();
  assert.match(await page.locator(".learning").innerText(), /12 of 48, ready/);
  assert.deepEqual(await accessibilityViolations(page), []);
  assert.deepEqual(wrongs, []);
  await context.close();
}

const executable = chromiumPath();
if (!executable) {
  console.log(
    "skipped: the console in a browser, as there is no chromium (HABIT_CHROMIUM names one)",
  );
}

Deno.test({ name: "the console in a real browser", ignore: !executable }, async (t) => {
  await using estate = await startEstate({ hosts: 6, users: 8, days: 12 });
  await using browser = await launch(executable!);
  const { url } = estate.server;
  const known = await ids(estate);
  const signedIn = (run: Parameters<typeof inside>[2]) => () => inside(browser, url, run);
  await t.step(
    "people come in, and not by a wrong code or password",
    () => comesIn(browser, estate),
  );
  await t.step("the first page is small and stands still", () => measures(browser, url));
  await t.step(
    "every page, light and dark, is accessible and free of errors",
    () => seesEveryPage(browser, url, known),
  );
  await t.step("every page fits a narrow screen", () => fitsNarrowScreens(browser, url, known));
  await t.step("keys go to every page", signedIn(goesByKeys));
  await t.step("keys walk the alerts, and a link opens one", signedIn(walksAlerts));
  await t.step(
    "an alert is labelled, and the next like it suppressed",
    signedIn((page) => triages(page, estate)),
  );
  await t.step("an alert is closed, and open again by Undo", signedIn(closesAndUndoes));
  await t.step(
    "a new alert appears by itself",
    signedIn((page) => hearsOfNews(page, estate)),
  );
  await t.step(
    "names with scripts, from right to left and of 300 characters are harmless",
    signedIn(
      (page) => survivesHostileNames(page, estate, url),
    ),
  );
  await t.step("a table is saved as CSV", signedIn((page) => savesCsv(page, url, estate)));
  await t.step(
    "a user's timeline pans, zooms and opens hours",
    signedIn((page) => looksAtAUser(page, url, known)),
  );
  await t.step("times are in the viewer's zone", () => showsTimesOfTheViewer(browser, url, known));
  await t.step("a server that is gone is awaited", signedIn(outlivesTheServer));
  await t.step(
    "a report is ordered and read",
    signedIn((page, context) => ordersReports(page, context, url, known)),
  );
  await t.step(
    "settings are changed, and refused in words",
    signedIn((page) => managesSettings(page, url)),
  );
  await t.step(
    "a job that failed for good is tried again",
    signedIn((page) => redrivesJobs(page, url, estate)),
  );
  await t.step(
    "whoever may only read can only read",
    () => keepsToPermissions(browser, url, estate),
  );
  await t.step(
    "a quiet day says why it is believable",
    signedIn((page) => isBelievedWhenQuiet(page, url, estate)),
  );
  await t.step("beginners are told what to do next", () => leadsBeginners(browser));
});
