/**
 * What surrounds every page: navigation, who is signed in, and whether the server is there.
 * @module
 */
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { Said } from "./act.tsx";
import { comebacks, enter, type Entrance, entrance, reachable, signedIn } from "./api.ts";
import { bindings, useKeys } from "./keys.ts";
import { type Page, PAGES } from "./pages.ts";
import { SignIn } from "./pages/sign_in.tsx";
import { forget } from "./query.ts";
import { address, go, match } from "./router.ts";
import { type Theme, theme } from "./theme.ts";
import { Empty, PageHead } from "./ui/parts.tsx";
import { Me, type Person } from "./viewer.ts";

const GROUPS = [["watch", "Watch"], ["run", "Run"]] as const;

function Navigation({ current, viewer, onGo }: {
  current?: Page;
  viewer: Person;
  onGo: () => void;
}) {
  return (
    <nav aria-label="Pages" onClick={onGo}>
      {GROUPS.map(([group, title]) => {
        const pages = PAGES.filter((page) =>
          page.group === group && (!page.needs || viewer.permissions.includes(page.needs))
        );
        return pages.length > 0 && (
          <section key={group}>
            <h2>{title}</h2>
            <ul>
              {pages.map((page) => (
                <li key={page.path}>
                  <a
                    href={page.path}
                    aria-current={isWithin(page, current) ? "page" : undefined}
                  >
                    {page.title}
                    {page.key && <kbd aria-hidden="true">g {page.key}</kbd>}
                  </a>
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </nav>
  );
}

/** Whether a page is the current one or the list above it: /users for /users/:id. */
function isWithin({ path }: Page, current?: Page): boolean {
  return current?.path === path || (path !== "/" && !!current?.path.startsWith(`${path}/`));
}

const THEMES: readonly Theme[] = ["system", "light", "dark"];

function ThemeButton() {
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length]!;
  return (
    <button
      type="button"
      class="quiet"
      onClick={() => theme.value = next}
      title={`Show ${next}`}
    >
      Theme: {theme.value}
    </button>
  );
}

/** The list of keys, opened by `?`. */
function Keys() {
  const dialog = useRef<HTMLDialogElement>(null);
  useKeys([{ key: "?", does: "Show these keys", run: () => dialog.current?.showModal() }]);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {bindings.value.flat().map(({ key, does }) => (
          <div key={key}>
            <dt>{key.split(" ").map((part) => <kbd key={part}>{part}</kbd>)}</dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}

function Banner() {
  if (reachable.value) return null;
  return (
    <p class="banner" role="alert">
      The server does not answer. What you see may be old; this page goes on by itself as soon as it
      is back.
    </p>
  );
}

function Signed({ viewer }: { viewer: Person }) {
  const [open, setOpen] = useState(false);
  useKeys(
    PAGES.filter(({ key }) => key).map(({ key, title, path }) => ({
      key: `g ${key}`,
      does: `Go to ${title}`,
      run: () => go(path),
    })),
  );
  const { pathname } = address.value;
  const found = PAGES.map((page) => ({ page, params: match(page.path, pathname) }))
    .find(({ params }) => params);
  const title = found?.page.title ?? "Not found";
  useLayoutEffect(() => void (document.title = `${title} · Habit`), [title]);
  const leave = async () => {
    await enter("sign-out", {}).catch(() => {});
    forget();
  };
  return (
    <div class={open ? "shell open" : "shell"}>
      <a class="skip" href="#main">Skip to the page</a>
      <aside>
        <a class="brand" href="/">
          <img src="/assets/icon.svg" alt="" width="22" height="22" />Habit
        </a>
        <button
          type="button"
          class="quiet menu"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
        >
          Menu
        </button>
        <div class="drawer">
          <Navigation current={found?.page} viewer={viewer} onGo={() => setOpen(false)} />
          <footer>
            <bdi class="me">{viewer.name}</bdi>
            <ThemeButton />
            <button type="button" class="quiet" onClick={leave}>Sign out</button>
          </footer>
        </div>
      </aside>
      <main id="main" tabIndex={-1}>
        <Banner />
        <Me.Provider value={viewer}>
          {found ? <found.page.component key={pathname} params={found.params!} /> : <NotFound />}
        </Me.Provider>
      </main>
      <Said />
      <Keys />
    </div>
  );
}

function NotFound() {
  return (
    <>
      <PageHead title="Not found" />
      <Empty title="There is no such page">
        <p>
          The link may be old. <a href="/">Today's alerts</a> are still there.
        </p>
      </Empty>
    </>
  );
}

/** The whole console. */
export function Shell() {
  const [ways, setWays] = useState<Entrance | undefined>(undefined);
  const isIn = signedIn.value;
  const { value: comeback } = comebacks;
  useEffect(() => {
    if (!isIn) void entrance().then(setWays);
  }, [isIn, comeback]);
  if (isIn !== false && ways?.viewer) return <Signed viewer={ways.viewer} />;
  return isIn === false && ways ? <SignIn ways={ways} /> : <Banner />;
}
