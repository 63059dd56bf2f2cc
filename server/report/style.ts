/**
 * The look of a report: calm on a screen, dark where that is preferred, clean on paper.
 * @module
 */

/** CSS of the page. */
export const STYLE = `
:root{--ink:#1b1f24;--soft:#57606a;--line:#d8dee4;--page:#fff;--accent:#0b66c3;--warn:#b35900}
@media(prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa5b1;--line:#30363d;--page:#0f1318;--accent:#6cb0ff;--warn:#f0a860}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,"Segoe UI",sans-serif}
main{max-width:860px;margin:0 auto;padding:40px 24px 64px}
header{border-bottom:2px solid var(--ink);padding-bottom:16px;margin-bottom:24px}
h1{font-size:26px;line-height:1.2;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:18px;margin:36px 0 8px}
p{margin:0 0 12px}.soft{color:var(--soft)}.warn{color:var(--warn)}
.numbers{display:flex;flex-wrap:wrap;gap:12px 32px;margin:16px 0;padding:0}
.numbers div{min-width:96px}.numbers dt{color:var(--soft);font-size:13px}.numbers dd{margin:0;font-size:22px;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-size:14px;margin:4px 0 12px}
th{text-align:left;color:var(--soft);font-weight:500;border-bottom:1px solid var(--line);padding:4px 12px 4px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:5px 12px 5px 0;vertical-align:top;overflow-wrap:anywhere}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
ol,ul{margin:0 0 12px;padding-left:22px}li{margin:0 0 10px}
td bdi,li bdi,p bdi{font-family:ui-monospace,Consolas,monospace;font-size:.92em}
svg{width:100%;height:auto;display:block}svg.bar{width:80px;display:inline-block}
svg text{font:11px system-ui,sans-serif;fill:var(--soft)}svg line{stroke:var(--line)}
svg .on{fill:var(--accent)}svg .off{fill:var(--line);fill-opacity:.5!important}
svg .bars{stroke:var(--accent);stroke-width:1.5;fill:none}svg .curve{stroke:var(--accent);stroke-width:2;fill:none}
.tags{display:flex;flex-wrap:wrap;gap:6px;list-style:none;padding:0}.tags li{border:1px solid var(--line);border-radius:4px;padding:1px 7px;margin:0;font-size:13px}
.tags .seen{border-color:var(--warn);color:var(--warn)}.tags .blind{opacity:.55;border-style:dashed}
footer{margin-top:48px;border-top:1px solid var(--line);padding-top:12px;color:var(--soft);font-size:13px}
@page{size:A4;margin:16mm}
@media print{:root{--ink:#000;--soft:#444;--line:#bbb;--page:#fff;--accent:#0b55a3;--warn:#8a4500}main{max-width:none;padding:0}h2{break-after:avoid}tr,li,svg{break-inside:avoid}body{font-size:11pt}*{print-color-adjust:exact}}
`.trim();
