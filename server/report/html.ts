/**
 * A report as one HTML file: no script, nothing from elsewhere, and a print style.
 * @module
 */
import { bar, calibrationChart, strangenessChart, weekGrid } from "./charts.ts";
import { escape } from "./escape.ts";
import type { ModelLine, Report, Strange, Usual, Who } from "./report.ts";
import { STYLE } from "./style.ts";

const NUMBER = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const HOUR_MS = 3_600_000;

/** Names of the columns' blocks. */
const BLOCKS: Readonly<Record<string, string>> = {
  A: "Time and rhythm",
  B: "Volume and mix",
  C: "Logons",
  D: "Failures",
  E: "New sources and users",
  F: "Reach to other hosts",
  G: "Kerberos, NTLM and replication",
  H: "Privileges and accounts",
  I: "Programs",
  J: "PowerShell",
  K: "Persistence",
  L: "Defence evasion and data",
};

/** The page. */
export function reportHtml(report: Report): string {
  const { subject, scope, from, to, madeAt } = report;
  const what = { estate: "estate", host: "host", user: "user" }[scope.kind];
  const sections = [
    summary(report),
    strange(report.strange),
    risky(report),
    normal(report),
    presence(report),
    peers(report),
    changed(report),
    models(report),
    thresholds(report),
    attack(report),
    blind(report),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escape(`Baseline report: ${subject}`)}</title><style>${STYLE}</style></head><body><main>
<header><p class="soft">Habit baseline report, ${what}</p><h1><bdi>${escape(subject)}</bdi></h1>
<p class="soft">${date(from)} to ${date(to)} UTC, made ${date(madeAt)}. ${
    report.unmasked
      ? "Names were unmasked for this report; the audit log says by whom and why."
      : "People appear under pseudonyms."
  }</p></header>
${sections.join("\n")}
<footer>Vectors of 128 numbers an hour are all that left the hosts (${escape(report.schema)}). A
p-value of 0.001 says that one usual window in 1,000 is as strange. Text in brackets is an ATT&amp;CK
technique that a column may show, not one that was proved.</footer>
</main></body></html>
`;
}

function summary({ data, classes, learning, hours, timeline, from, to }: Report): string {
  const numbers: [string, number][] = [
    ["Windows", data.windows],
    ["Events behind them", data.events],
    ["Users", data.users],
    ["Hosts", data.hosts],
    ["Hosts with a model of their own", learning.own],
    ["Hosts where their peers' stands in", learning.standIn],
    ["Hosts without a model", learning.none],
  ];
  const list = numbers.map(([name, n]) => `<div><dt>${name}</dt><dd>${WHOLE.format(n)}</dd></div>`);
  const silent = data.silent.length === 0
    ? ""
    : `<p class="warn">Nothing in the last day from ${
      data.silent.slice(0, 20).map(({ host, lastSeen }) =>
        `<bdi>${escape(host)}</bdi> (since ${date(lastSeen)})`
      ).join(", ")
    }${data.silent.length > 20 ? ` and ${data.silent.length - 20} more` : ""}.</p>`;
  const kinds = classes.map(({ entityClass, users, windows }) =>
    `${WHOLE.format(users)} ${entityClass} (${WHOLE.format(windows)} windows)`
  ).join(", ");
  const [first, last] = [Date.parse(from) / HOUR_MS, Date.parse(to) / HOUR_MS];
  return `<dl class="numbers">${list.join("")}</dl>${silent}
<p class="soft">Accounts: ${kinds || "none in this time"}.</p>
<h2>How strange it was</h2>${
    timeline.hours.length > 0
      ? strangenessChart(timeline.hours, timeline.strangeness, first, last)
      : `<p class="soft">No window of this time has a score.</p>`
  }
<h2>Usual hours</h2><p class="soft">Windows with activity by hour of the week, in the hosts' own time.</p>${
    weekGrid(hours)
  }`;
}

function strange(found: readonly Strange[]): string {
  if (found.length === 0) return "";
  const items = found.map(({ start, host, who, p, confidence, sentences }) =>
    `<li><b>${date(start)}</b> <bdi>${escape(host)}</bdi>, ${person(who)}: ${
      chance(p)
    }, confidence ${percent(confidence)}<ul>${
      sentences.map((each) => `<li>${escape(each)}</li>`).join("")
    }</ul></li>`
  );
  return `<h2>Strangest windows</h2><ol>${items.join("")}</ol>`;
}

function risky({ risky, scope }: Report): string {
  if (risky.length === 0 || scope.kind === "user") return "";
  return section("Users by risk", ["User", "Kind", "Risk, 0 to 100", "Unusual days of 30"], [
    ...risky.map(({ who, risk, days }) => [
      person(who),
      escape(who.entityClass),
      right(`${bar(risk / 100)} ${NUMBER.format(risk)}`),
      right(String(days)),
    ]),
  ]);
}

function normal({ usual, usualOn, scope }: Report): string {
  if (usual.length === 0) return "";
  const groups = [...Map.groupBy(usual, ({ block }) => block)];
  const rows = groups.flatMap(([block, columns]) => [
    [`<b>${escape(BLOCKS[block] ?? block)}</b>`, "", "", "", ""],
    ...columns.map(usualRow),
  ]);
  const of = scope.kind === "user" && usualOn
    ? ` on <bdi>${escape(usualOn)}</bdi>, the host that was used most`
    : "";
  return `<h2>What is usual</h2><p class="soft">An hour with activity${of}: columns that are not 0 in
at least one hour of 50.</p>` +
    table(["Feature", "Hours with any", "Middle", "19 of 20 below", "99 of 100 below"], rows);
}

function usualRow({ phrase, unit, activeShare, median, p95, p99 }: Usual): string[] {
  const amount = (value: number) => right(unit === "share" ? percent(value) : NUMBER.format(value));
  const suffix = ["count", "share", "flag", ""].includes(unit) ? "" : `, ${unit}`;
  return [
    escape(phrase + suffix),
    right(`${bar(activeShare)} ${percent(activeShare)}`),
    amount(median),
    amount(p95),
    amount(p99),
  ];
}

function presence({ presence, scope }: Report): string {
  if (presence.length === 0) return "";
  const title = scope.kind === "user" ? "Hosts used" : "Accounts on this host";
  return section(
    title,
    [scope.kind === "user" ? "Host" : "User", "Windows", "First seen", "Last"],
    [
      ...presence.map(({ host, who, windows, firstSeen, lastSeen }) => [
        who
          ? `${person(who)} <span class="soft">${escape(who.entityClass)}</span>`
          : named(host ?? ""),
        right(WHOLE.format(windows)),
        date(firstSeen),
        date(lastSeen),
      ]),
    ],
  );
}

function peers({ peers }: Report): string {
  if (peers.length === 0) return "";
  return section("Peers", ["User of the same kind", "Hosts shared", "Risk"], [
    ...peers.map(({ who, sharedHosts, risk }) => [
      person(who),
      right(String(sharedHosts)),
      right(NUMBER.format(risk)),
    ]),
  ]);
}

function changed({ before, data, thresholds, from, to }: Report): string {
  const days = (Date.parse(to) - Date.parse(from)) / (24 * HOUR_MS);
  const alerts = Math.round(thresholds.alertsPerDay * days);
  const rows = [
    ["Windows", data.windows, before.windows],
    ["Users", data.users, before.users],
    ["Alerts", alerts, before.alerts],
  ].map(([name, now, then]) => [
    String(name),
    right(WHOLE.format(then as number)),
    right(WHOLE.format(now as number)),
  ]);
  const columns = before.changes.length === 0
    ? ""
    : `<p>In the latest week, against the three before:</p>
<ul>${before.changes.map((each) => `<li>${escape(each)}</li>`).join("")}</ul>`;
  return section("Changes", ["What", "The time before", "This time"], rows) + columns;
}

function models({ models, learning }: Report): string {
  const all = learning.own + learning.standIn + learning.none;
  const more = all > models.length ? `<p class="soft">${all - models.length} more hosts.</p>` : "";
  return `<h2>Models</h2><p class="soft">Area under the ROC curve on held-out windows against
synthetic anomalies: 0.5 is chance, 1 is perfect. What passes the gate is fused.</p>` +
    table(["Host", "Windows", "Autoencoder", "GAN", "Fused", "Better", "Trained on"], [
      ...models.map(modelRow),
    ]) + more;
}

function modelRow(line: ModelLine): string[] {
  const auc = (value: number | null) => right(value === null ? "-" : value.toFixed(3));
  const remarks = [
    line.standIn,
    line.rejected.length > 0 ? `rejected: ${line.rejected.join(", ")}` : null,
    line.collapsed ? "the GAN collapsed" : null,
    line.trainedTo === null ? `learning: ${line.windows} of ${line.needed} windows` : null,
  ].filter((each) => each !== null);
  const remark = remarks.map((each) => `<br><span class="warn">${escape(each)}</span>`).join("");
  return [
    named(line.host) + remark,
    right(WHOLE.format(line.windows)),
    auc(line.autoencoder),
    auc(line.gan),
    auc(line.fused),
    escape(line.winner ?? "-"),
    line.trainedFrom && line.trainedTo
      ? `${line.trainedFrom.slice(0, 10)} to ${line.trainedTo.slice(0, 10)}`
      : "-",
  ];
}

function thresholds({ thresholds, alerts, suppressions, scope }: Report): string {
  const { budgetPerDay, alertsPerDay, calibration } = thresholds;
  const whole = scope.kind === "estate" ? "" : " of the whole estate";
  const cases = alerts.map(({ state, label, count }) =>
    `${count} ${state}${label ? `, ${label}` : ""}`
  ).join("; ");
  return `<h2>Alerts and thresholds</h2>
<p>Budget${whole}: ${NUMBER.format(budgetPerDay)} alerts a day. Raised here: ${
    NUMBER.format(alertsPerDay)
  } a day${cases ? ` (${escape(cases)})` : ""}. Suppressions in force: ${suppressions}.</p>` +
    (calibration.length === 0 ? "" : `<p class="soft">p-values against the share of windows that
have them: on the line they say exactly what they mean.</p>${calibrationChart(calibration)}`);
}

function attack({ attack }: Report): string {
  const tags = attack.map(({ technique, columns, audited, seen }) => {
    const kind = seen > 0 ? "seen" : audited === 0 ? "blind" : "";
    const title = `${audited} of ${columns} columns audited` +
      (seen > 0 ? `, in ${seen} of the strangest windows` : "");
    return `<li class="${kind}" title="${title}">${escape(technique)}${
      seen > 0 ? ` ×${seen}` : ""
    }</li>`;
  });
  const blind = attack.filter(({ audited }) => audited === 0).length;
  return `<h2>ATT&amp;CK coverage</h2><p class="soft">${attack.length} techniques have columns; ${blind}
of them (dashed) need auditing that no host has. Marked ones appear in the strangest windows.</p>
<ul class="tags">${tags.join("")}</ul>`;
}

function blind({ channels, data }: Report): string {
  const rows = channels.filter(({ hosts }) => hosts < data.hosts).map((
    { name, hosts, columns },
  ) => [
    escape(name.replaceAll("_", " ")),
    right(`${hosts} of ${data.hosts}`),
    right(String(columns)),
  ]);
  if (rows.length === 0) {
    return `<h2>Blind spots</h2><p>Every host audits everything that counts.</p>`;
  }
  return `<h2>Blind spots</h2><p class="soft">Auditing that hosts lack. The agent's doctor prints the
auditpol line that enables it.</p>` +
    table(["Auditing", "Hosts that have it", "Columns that need it"], rows);
}

function section(title: string, head: readonly string[], rows: readonly string[][]): string {
  return `<h2>${title}</h2>${table(head, rows)}`;
}

/** Cells are HTML; those that {@link right} made stand to the right, and their heads too. */
function table(head: readonly string[], rows: readonly string[][]): string {
  const isNumber = head.map((_, i) => rows.some((row) => row[i]?.startsWith(NUMERIC)));
  const cell = (html: string, i: number) =>
    `<td${isNumber[i] ? ` class="n"` : ""}>${html.replace(NUMERIC, "")}</td>`;
  return `<div class="scroll"><table><thead><tr>${
    head.map((each, i) => `<th${isNumber[i] ? ` class="n"` : ""}>${each}</th>`).join("")
  }</tr></thead><tbody>${
    rows.map((row) => `<tr>${row.map(cell).join("")}</tr>`).join("")
  }</tbody></table></div>`;
}

const NUMERIC = "\u0000";

function right(html: string): string {
  return NUMERIC + html;
}

function named(text: string): string {
  return `<bdi>${escape(text)}</bdi>`;
}

/** An account's name where it was unmasked, else the first digits of its pseudonym. */
function person({ name, userId }: Who): string {
  const short = userId.slice(0, 8);
  return name === null
    ? `<bdi title="${escape(userId)}">${escape(short)}</bdi>`
    : `<bdi title="${escape(userId)}">${escape(name)}</bdi>`;
}

function percent(share: number): string {
  return `${NUMBER.format(share * 100)}\u00a0%`;
}

function chance(p: number): string {
  return p > 0
    ? `one in ${WHOLE.format(Math.max(1, 1 / p))} usual windows`
    : "beyond all usual ones";
}

function date(text: string): string {
  return `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}
