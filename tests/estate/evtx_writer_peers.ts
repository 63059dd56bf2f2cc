/**
 * The writer judged by independent readers: `evtx_dump` (Rust), python-evtx, libevtx's evtxexport.
 * `deno task test:evtx-writer`; installs what cargo, pip and apt give, skips a reader that is absent.
 */
import { DEFINITIONS } from "@/estate/definitions.ts";
import { generateEstate } from "@/estate/write.ts";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { homedir } from "node:os";
import { sampleEvents, shown, writeLog } from "./sample_events.ts";

const PATH = `${homedir()}/.cargo/bin:${Deno.env.get("PATH")}`;

function run(command: string, args: string[]) {
  const done = spawnSync(command, args, {
    encoding: "utf8",
    maxBuffer: 1 << 30,
    env: { ...Deno.env.toObject(), PATH },
  });
  return { ok: done.status === 0, out: done.stdout ?? "", err: done.stderr ?? "" };
}

function available(probe: [string, string[]], install: [string, string[]]): boolean {
  if (run(...probe).ok) return true;
  if (run(...install).ok && run(...probe).ok) return true;
  console.warn(
    `SKIPPED: ${probe[0]} ${probe[1].join(" ")} does not run, nor could it be installed`,
  );
  return false;
}

const readers = {
  rust: available(["evtx_dump", ["--version"]], ["cargo", [
    "install",
    "evtx",
    "--version",
    "0.15.1",
  ]]),
  python: available(["python3", ["-c", "import Evtx.Evtx"]], ["pip", ["install", "python-evtx"]]),
  libevtx: available(["evtxexport", ["-V"]], ["apt-get", ["install", "-y", "libevtx-utils"]]),
};

const events = sampleEvents(6);
const path = Deno.makeTempFileSync({ suffix: ".evtx" });
Deno.writeFileSync(path, writeLog(events));
addEventListener("unload", () => Deno.removeSync(path));

/** What one reader shows of a record: System fields and data in the order of the template. */
interface Shown {
  id: string;
  recordId: string;
  data: string[];
}

/** The same value whatever its form: letter case, hexadecimal or decimal, digits of seconds. */
function plain(text: string): string {
  if (/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d/.test(text)) return text.slice(0, 19).replace("T", " ");
  if (/^(0x[0-9a-f]+|\d+)$/i.test(text)) return String(BigInt(text));
  return text.replace(/\r\n?/g, "\n").toLowerCase().replace(/[{}]/g, "");
}

function expected(i: number): Shown {
  const { definition, values } = events[i]!;
  const data = definition.fields.map(({ type }, k) => shown(values[k]!, type));
  return { id: String(definition.eventId), recordId: String(i + 1), data };
}

function compare(found: Shown[], skip: (type: string) => boolean): number {
  assert.equal(found.length, events.length, "number of records");
  let values = 0;
  found.forEach((record, i) => {
    const wanted = expected(i);
    const { definition } = events[i]!;
    assert.equal(record.id, wanted.id);
    assert.equal(record.recordId, wanted.recordId);
    assert.equal(record.data.length, wanted.data.length, `fields of ${wanted.id}`);
    wanted.data.forEach((value, k) => {
      const { name, type } = definition.fields[k]!;
      if (skip(type)) return;
      values++;
      assert.equal(plain(record.data[k]!), plain(value), `${wanted.id} ${name}`);
    });
  });
  return values;
}

Deno.test({
  name: "evtx_dump gives every value back",
  ignore: !readers.rust,
  fn() {
    const { out, ok, err } = run("evtx_dump", ["-o", "jsonl", path]);
    assert.ok(ok && err === "", err);
    const found = out.trim().split("\n").map((line): Shown => {
      const { System, EventData, UserData } = JSON.parse(line).Event;
      const id = System.EventID["#text"] ?? System.EventID;
      const root = UserData ? Object.values(UserData)[0] : EventData;
      const { "#attributes": _, Data, ...rest } = (root ?? {}) as Record<string, unknown>;
      const strings = Data === undefined
        ? []
        : [[(Data as Record<string, string[]>)["#text"]].join()];
      const data = [...strings, ...Object.values(rest).map((value) => String(value ?? ""))];
      return { id: String(id), recordId: String(System.EventRecordID), data };
    });
    const values = compare(found, () => false);
    console.log(`evtx_dump: ${found.length} records, ${values} values equal`);
  },
});

const PYTHON = `
import json, sys
import Evtx.Evtx as e
from xml.etree import ElementTree as T
with e.Evtx(sys.argv[1]) as log:
  for r in log.records():
    x = T.fromstring(r.xml().encode("utf-8", "replace"))
    s, b = x[0], x[1]
    tag = lambda n: n.tag.split("}")[-1]
    if tag(b) == "UserData": b = b[0]
    get = lambda n: next(c.text for c in s if tag(c) == n)
    print(json.dumps({"id": get("EventID"), "recordId": get("EventRecordID"), "data": [c.text or "" for c in b]}))
`;

Deno.test({
  name: "python-evtx gives every value back",
  ignore: !readers.python,
  fn() {
    const { out, ok, err } = run("python3", ["-c", PYTHON, path]);
    assert.ok(ok, err);
    const found = out.trim().split("\n").map((line) => JSON.parse(line) as Shown);
    // It prints binary as base64 and arrays as one text: both are checked by the other readers.
    const values = compare(found, (type) => type === "binary" || type === "strings");
    console.log(`python-evtx: ${found.length} records, ${values} values equal`);
  },
});

Deno.test({
  name: "libevtx gives every value of EventData back",
  ignore: !readers.libevtx,
  fn() {
    const { out, ok, err } = run("evtxexport", [path]);
    assert.ok(ok, err);
    const blocks = out.split(/^Event number\s*: \d+$/m).slice(1);
    assert.equal(blocks.length, events.length);
    let values = 0;
    blocks.forEach((block, i) => {
      const { id, data } = expected(i);
      assert.equal(/^Event identifier\s*:.*\((\d+)\)/m.exec(block)?.[1], id);
      const { fields, userData } = events[i]!.definition;
      const shownHere = block.split(/^String: \d+\t+: /m).slice(1);
      if (userData !== "") return; // it counts what UserData holds by rules of its own
      fields.forEach(({ name, type }, k) => {
        if (type === "binary" || type === "strings") return; // printed as a dump
        values++;
        // Its 2018 version takes surrogate pairs for other characters.
        const [found, wanted] = [shownHere[k]!, data[k]!].map((text) =>
          plain(text.replace(/[\u{10000}-\u{10ffff}]/gu, "?").trimEnd())
        );
        assert.equal(found, wanted, `${id} ${name}`);
      });
    });
    console.log(
      `evtxexport: ${blocks.length} records of ${DEFINITIONS.length} kinds, ${values} values equal`,
    );
  },
});

Deno.test({
  name: "evtx_dump reads every file of an estate, circular logs too",
  ignore: !readers.rust,
  async fn() {
    const out = Deno.makeTempDirSync();
    try {
      const { events, truth } = await generateEstate({
        out,
        hosts: 60,
        users: 70,
        days: 16,
        seed: 7,
      });
      const files = truth.hosts.flatMap(({ name }) => {
        const folder = `${out}/${name.split(".")[0]}`;
        return [...Deno.readDirSync(folder)].map((file) => `${folder}/${file.name}`);
      });
      let records = 0;
      for (const file of files) {
        const { out, ok, err } = run("evtx_dump", ["-o", "jsonl", file]);
        assert.ok(ok && err === "", `${file}: ${err}`);
        records += out.split("\n").length - 1;
      }
      assert.ok(records <= events && records > 0.9 * events, `${records} of ${events} events`);
      console.log(`evtx_dump: ${files.length} files, ${records} records of ${events} written`);
    } finally {
      Deno.removeSync(out, { recursive: true });
    }
  },
});
