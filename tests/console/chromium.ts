/**
 * A real browser for tests: chromium by playwright-core, whose types are not at hand as it is
 * fetched for the named tasks only; so here is as much of its interface as is used.
 */
import { existsSync } from "node:fs";

const PLAYWRIGHT = "npm:playwright-core@1.65.1";
const AXE = "npm:axe-core@4.14.1";
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export interface Locator {
  click(): Promise<void>;
  fill(text: string): Promise<void>;
  check(): Promise<void>;
  press(key: string): Promise<void>;
  focus(): Promise<void>;
  count(): Promise<number>;
  first(): Locator;
  nth(index: number): Locator;
  innerText(): Promise<string>;
  getAttribute(name: string): Promise<string | null>;
  selectOption(value: string): Promise<unknown>;
  boundingBox(): Promise<{ x: number; y: number; width: number; height: number } | null>;
  waitFor(options?: { state?: "visible" | "hidden" | "detached" }): Promise<void>;
  locator(selector: string): Locator;
  getByRole(role: string, options?: { name?: string | RegExp; exact?: boolean }): Locator;
}

export interface Page extends Pick<Locator, "locator" | "getByRole"> {
  goto(url: string): Promise<unknown>;
  url(): string;
  getByText(text: string | RegExp): Locator;
  getByLabel(text: string | RegExp): Locator;
  // deno-lint-ignore no-explicit-any
  evaluate(script: string): Promise<any>;
  waitForTimeout(ms: number): Promise<void>;
  waitForEvent(name: "download"): Promise<{ path(): Promise<string>; suggestedFilename(): string }>;
  addInitScript(script: string): Promise<void>;
  emulateMedia(options: { colorScheme: "light" | "dark" }): Promise<void>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  screenshot(options: { path?: string; fullPage?: boolean }): Promise<Uint8Array>;
  setDefaultTimeout(ms: number): void;
  on(name: string, listener: (event: never) => void): void;
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
  readonly mouse: {
    move(x: number, y: number, options?: { steps: number }): Promise<void>;
    down(): Promise<void>;
    up(): Promise<void>;
  };
}

export interface Context {
  newPage(): Promise<Page>;
  setOffline(isOffline: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface Browser extends AsyncDisposable {
  newContext(options?: Record<string, unknown>): Promise<Context>;
}

/** Where a chromium is; HABIT_CHROMIUM names another place. */
export function chromiumPath(): string | undefined {
  return [Deno.env.get("HABIT_CHROMIUM"), ...PLACES].find((path) => path && existsSync(path));
}

/** Starts it. */
export async function launch(executablePath: string): Promise<Browser> {
  const { chromium } = await import(PLAYWRIGHT);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  return {
    newContext: (options) => browser.newContext(options),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** A page that keeps what went wrong on it: errors of scripts, of its console, and of its policy. */
export async function watchedPage(context: Context): Promise<{ page: Page; wrongs: string[] }> {
  const page = await context.newPage();
  const wrongs: string[] = [];
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error: Error) => wrongs.push(String(error)));
  page.on("console", (message: { type(): string; text(): string }) => {
    if (message.type() === "error" || message.type() === "warning") wrongs.push(message.text());
  });
  await page.addInitScript(`
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      console.error("policy: " + violatedDirective + " " + blockedURI));
    self.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (!entry.hadRecentInput) self.shift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
    self.longest = 0;
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) self.longest = Math.max(longest, duration);
    }).observe({ type: "longtask", buffered: true });
  `);
  return { page, wrongs };
}

let axe: string | undefined;

/** What axe-core finds against WCAG 2.2 AA, as lines of rule and element. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  axe ??= (await import(AXE)).default.source as string;
  await page.evaluate(axe);
  return await page.evaluate(`
    axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => id + ": " + html.slice(0, 200) + " " + failureSummary)))
  `);
}
