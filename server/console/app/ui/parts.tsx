/**
 * Small parts that every page is made of.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ApiError } from "../api.ts";
import { ago, moment, oneIn, shortName, utc } from "../format.ts";

/** A moment in the viewer's zone; UTC on hover. */
export function Time({ at, relative }: { at: string; relative?: boolean }) {
  const date = new Date(at);
  const text = relative ? ago(date.getTime(), Date.now()) : moment(date, Date.now());
  return <time dateTime={at} title={utc(date)}>{text}</time>;
}

/** A user by the first part of the pseudonym, linked to the user's page. */
export function Who({ user }: { user: { id: string; pseudonym: string } | null }) {
  if (!user) return <span class="muted">unknown</span>;
  return (
    <a class="who" href={`/users/${encodeURIComponent(user.id)}`} title={user.pseudonym}>
      {shortName(user.pseudonym)}
    </a>
  );
}

/** A host by name, linked to its page. */
export function Where({ host }: { host: { id: string; name: string } | null }) {
  if (!host) return <span class="muted">unknown</span>;
  return (
    <a class="where" href={`/hosts/${encodeURIComponent(host.id)}`} title={host.name}>
      <bdi>{host.name}</bdi>
    </a>
  );
}

/** How rare a window is. */
export function Rarity({ p }: { p: number }) {
  const level = p < 1e-4 ? "high" : p < 1e-2 ? "middle" : "low";
  return <span class={`badge ${level}`} title={`p = ${p.toPrecision(3)}`}>{oneIn(p)}</span>;
}

/** A share of 0 to 1 as a bar; the number stands beside it. */
export function Bar({ share }: { share: number }) {
  const width = `${Math.max(0, Math.min(share, 1)) * 100}%`;
  return (
    <svg class="bar" aria-hidden="true">
      <rect width="100%" height="100%" />
      <rect class="filled" width={width} height="100%" />
    </svg>
  );
}

/** A risk of 0 to 100 with a bar. */
export function Risk({ value }: { value: number }) {
  const level = value >= 70 ? "high" : value >= 30 ? "middle" : "low";
  return (
    <span class={`risk ${level}`} title={`${value.toFixed(1)} of 100`}>
      <span class="number">{value.toFixed(value >= 10 ? 0 : 1)}</span>
      <Bar share={value / 100} />
    </span>
  );
}

/** Something that is not there, why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <section class="empty">
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** Grey lines where an answer is awaited; shown only if it takes a while. */
export function Loading({ lines = 6 }: { lines?: number }) {
  return (
    <div class="loading" role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => <span key={i} />)}
    </div>
  );
}

/** Why something is not shown. */
export function Failure({ error }: { error: ApiError }) {
  if (error.code === "FORBIDDEN") {
    return (
      <Empty title="You may not see this">
        <p>{error.message}</p>
        <p class="muted">An administrator changes roles under Settings.</p>
      </Empty>
    );
  }
  if (error.code === "UNREACHABLE") return <Loading />;
  return (
    <Empty title="This did not work">
      <p>{error.message}</p>
    </Empty>
  );
}

/** What a query came to: its failure, its waiting, or the page. */
export function Answered<Data>({ query, children }: {
  query: { readonly data?: Data; readonly error?: ApiError };
  children: (data: Data) => ComponentChildren;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  return query.error ? <Failure error={query.error} /> : <Loading />;
}

/** Text to copy, with the button that does. */
export function CopyText({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
  };
  return (
    <div class="copy">
      <pre tabIndex={0} aria-label={label}>{text}</pre>
      <button type="button" onClick={copy}>{copied ? "Copied" : "Copy"}</button>
    </div>
  );
}

/** Title of a page with what stands beside it. */
export function PageHead({ title, children, lead }: {
  title: ComponentChildren;
  lead?: ComponentChildren;
  children?: ComponentChildren;
}) {
  return (
    <header class="page-head">
      <div>
        <h1>{title}</h1>
        {lead && <p class="lead">{lead}</p>}
      </div>
      {children && <div class="actions">{children}</div>}
    </header>
  );
}

/** ATT&CK techniques by number. */
export function Techniques({ ids }: { ids: readonly string[] }) {
  return (
    <span class="techniques">
      {ids.map((id) => <span key={id} class="badge" title={`ATT&CK ${id}`}>{id}</span>)}
    </span>
  );
}

/** What kind of account it is, in words. */
export const KINDS = {
  human: "person",
  admin: "administrator",
  service: "service account",
  machine: "the host itself",
} as const;

/** What kind of account it is. */
export function EntityKind({ kind }: { kind: keyof typeof KINDS }) {
  return <span class="kind">{KINDS[kind]}</span>;
}
