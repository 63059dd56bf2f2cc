import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { deflateRawSync } from "node:zlib";
import { markdown } from "@/commands/evaluation/report.ts";
import { readCsv, readNpy, readNpz } from "@/commands/evaluation/tables.ts";
import { simulatedEstate } from "@/commands/evaluation/estate_rows.ts";
import { FEATURES } from "@/features/schema.ts";

function npy(type: string, shape: string, body: Uint8Array, fortran = false): Uint8Array {
  const order = fortran ? "True" : "False";
  const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape}), }\n`;
  const bytes = new Uint8Array(10 + header.length + body.length);
  bytes.set([0x93, 78, 85, 77, 80, 89, 1, 0, header.length, 0]);
  bytes.set(new TextEncoder().encode(header), 10);
  bytes.set(body, 10 + header.length);
  return bytes;
}

const floats = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);

/** A zip as NumPy writes it: only what the reader looks at is filled. */
function zip(members: Record<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [];
  const directory: Uint8Array[] = [];
  let at = 0;
  for (const [name, content] of Object.entries(members)) {
    const packed = deflateRawSync(content);
    const local = new Uint8Array(30 + name.length);
    new DataView(local.buffer).setUint16(26, name.length, true);
    local.set(new TextEncoder().encode(name), 30);
    const entry = new Uint8Array(46 + name.length);
    const view = new DataView(entry.buffer);
    view.setUint16(10, 8, true);
    view.setUint32(20, packed.length, true);
    view.setUint16(28, name.length, true);
    view.setUint32(42, at, true);
    entry.set(new TextEncoder().encode(name), 46);
    parts.push(local, packed);
    directory.push(entry);
    at += local.length + packed.length;
  }
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, 0x06054b50, true);
  view.setUint16(10, directory.length, true);
  view.setUint32(16, at, true);
  return new Uint8Array(Buffer.concat([...parts, ...directory, end]));
}

Deno.test("readNpz reads X and y", () => {
  const X = npy("<f8", "2, 3", floats(1, 2, 3, 4, 5, 6));
  const y = npy("<f8", "2,", floats(0, 1));
  const { data, labels } = readNpz(zip({ "X.npy": X, "y.npy": y }), "a.npz");
  assert.deepEqual([...data.values], [1, 2, 3, 4, 5, 6]);
  assert.deepEqual([data.rows, data.width, ...labels], [2, 3, 0, 1]);
});

Deno.test("readNpy turns an array stored by columns", () => {
  const { values } = readNpy(npy("<f8", "2, 2", floats(1, 3, 2, 4), true), "a");
  assert.deepEqual([...values], [1, 2, 3, 4]);
});

Deno.test("readNpz says what is wrong with a file", () => {
  assert.throws(() => readNpz(new Uint8Array(40), "a.npz"), /a\.npz: it is not a zip/);
  const X = npy("<f8", "1, 1", floats(1));
  assert.throws(() => readNpz(zip({ "X.npy": X }), "a.npz"), /a\.npz: y/);
  assert.throws(() => readNpy(npy("<c16", "1,", floats(1, 1)), "a"), /<c16/);
});

Deno.test("readCsv takes the labels' column out, and names a bad line", () => {
  const { data, labels } = readCsv("a,y,b\n1,0,2\n3,1,4\n", "t.csv", "y");
  assert.deepEqual([...data.values, ...labels], [1, 2, 3, 4, 0, 1]);
  assert.throws(() => readCsv("a,y\n1,x\n", "t.csv", "y"), /line 2 is not 2 numbers/);
  assert.throws(() => readCsv("a,b\n1,2\n", "t.csv", "y"), /no column "y" among a, b/);
});

Deno.test("an estate's injected rows and columns are those that its attack changed", () => {
  const estate = simulatedEstate({
    hosts: 8,
    users: 10,
    days: 6,
    seed: 3,
    attacks: ["brute-force"],
    strength: "loud",
  });
  const injected = [...estate.hosts.values()].flatMap(({ injections }) => [...injections.values()]);
  const named = new Set(
    injected.filter(({ acting }) => acting).flatMap(({ columns }) =>
      columns.map((i) => FEATURES[i].name)
    ),
  );
  assert.ok(named.has("logon_fail"), [...named].join(", "));
  assert.ok(injected.every(({ campaigns }) => campaigns[0].startsWith("brute-force")));
});

Deno.test("a report has a table a case, ours beside its rivals", () => {
  const lines = [
    { bench: "evaluate-estate", case: "run", date: "2026-11-23", options: { seed: 1 } },
    {
      bench: "evaluate-estate",
      case: "precision",
      value: 0.5,
      unit: "share",
      peer: "habit",
      peerValue: 0.5,
    },
    {
      bench: "evaluate-estate",
      case: "precision",
      value: 0.5,
      unit: "share",
      peer: "knn",
      peerValue: 0.25,
    },
  ];
  const page = markdown([lines.map((line) => JSON.stringify(line)).join("\n")]);
  assert.match(page, /## Simulated estates, 2026-11-23/);
  assert.match(page, /\| habit \| 0\.500 \|\n\| knn \| 0\.250 \|/);
});

Deno.test("pieces of an evaluation of tables make one section, in place of the page's old one", () => {
  const piece = (table: string, ours: number, theirs: number) =>
    [
      { bench: "evaluate-table", case: "run", date: "2026-11-23", options: { seeds: 1 } },
      ...[["habit", ours], ["kNN", theirs]].flatMap(([detector, value]) =>
        ["auc", "ap"].map((key) => ({
          bench: "evaluate-table",
          case: `${table}/1/${key}`,
          detector,
          value,
        }))
      ),
    ].map((line) => JSON.stringify(line)).join("\n");
  const old = "# Title\n\n## Simulated estates, 2026-01-01\n\nkept\n\n" +
    "## Labelled tables, 2026-01-01\n\ngone\n\n## Real attack logs, 2026-01-01\n\nkept too\n";
  const page = markdown([piece("a", 0.9, 0.7), piece("b", 0.7, 0.7)], old);
  assert.match(page, /\| habit \| 0\.800 \| 0\.800 \| 0\.000 \[0\.000, 0\.000\]/);
  assert.match(page, /\| kNN \| 0\.700 \| 0\.700 \| 0\.100 \[0\.000, 0\.200\]/);
  assert.match(
    page,
    /kept\n\n## Labelled tables, 2026-11-23[^#]*## Real attack logs.*\n\nkept too/,
  );
  assert.ok(!page.includes("gone"));
});
