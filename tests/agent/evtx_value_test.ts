import assert from "node:assert/strict";
import { craftLog, le, type Typed, utf16, valuesRecord } from "./evtx_craft.ts";
import { readLines } from "./evtx_samples.ts";

/** What each value of a record shows as. */
function show(...values: Typed[]): unknown[] {
  const { lines, report } = readLines(craftLog(valuesRecord(values)));
  assert.deepEqual([...report.skipped], []);
  const data = JSON.parse(lines[0]).Event.EventData;
  return values.map((_, i) => data[`V${i}`]);
}

const real = (value: number, bytes: 4 | 8) => {
  const view = new DataView(new ArrayBuffer(8));
  if (bytes === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer, 0, bytes)];
};

Deno.test("numbers show as numbers, to the last digit of 64 bits", () => {
  const text = craftLog(valuesRecord([
    [0x09, le(0x8000000000000000n, 8)],
    [0x0a, le(0xffffffffffffffffn, 8)],
    [0x0a, le(2n ** 53n, 8)],
  ]));
  assert.match(
    readLines(text).lines[0],
    /"V0":-9223372036854775808,"V1":18446744073709551615,"V2":9007199254740992/,
  );
  assert.deepEqual(
    show(
      [0x03, [0xff]],
      [0x04, [0xff]],
      [0x05, [0, 0x80]],
      [0x06, [0, 0x80]],
      [
        0x07,
        le(0xfffffffe, 4),
      ],
      [0x08, le(0xfffffffe, 4)],
      [0x0d, le(1, 4)],
      [0x0d, le(0, 4)],
      [0x0d, le(7, 4)],
    ),
    [-1, 255, -32_768, 32_768, -2, 4_294_967_294, true, false, 7],
  );
});

Deno.test("reals show in the fewest digits that read back", () => {
  assert.deepEqual(
    show([0x0b, real(0.1, 4)], [0x0b, real(3, 4)], [0x0c, real(0.1, 8)], [0x0c, real(-2.5, 8)]),
    ["0.1", "3.0", "0.1", "-2.5"],
  );
});

Deno.test("hexadecimal numbers, sizes, GUIDs, SIDs and bytes show as Windows writes them", () => {
  assert.deepEqual(
    show(
      [0x14, le(0xc000006d, 4)],
      [0x15, le(0x3e7, 8)],
      [0x15, le(0x123456789abcdef0n, 8)],
      [0x10, le(0x1c4, 4)],
      [0x10, le(0x1c4, 8)],
      [0x0f, [
        ...le(0x54849625, 4),
        ...le(0x5478, 2),
        ...le(0x4994, 2),
        0xa5,
        0xba,
        1,
        2,
        3,
        4,
        5,
        6,
      ]],
      [0x13, [1, 2, 0, 0, 0, 0, 0, 5, ...le(32, 4), ...le(544, 4)]],
      [0x0e, [0xde, 0xad, 0x01]],
      [0x02, [0x5a, 0xf6, 0xeb, 0]],
    ),
    [
      "0xc000006d",
      "0x3e7",
      "0x123456789abcdef0",
      "0x1c4",
      "0x1c4",
      "{54849625-5478-4994-a5ba-010203040506}",
      "S-1-5-32-544",
      "DEAD01",
      "Zöë",
    ],
  );
});

Deno.test("times show their seven digits of a second, whatever the century", () => {
  const fileTime = (ms: number, ticks: number) =>
    le(BigInt(ms + 11_644_473_600_000) * 10_000n + BigInt(ticks), 8);
  assert.deepEqual(
    show(
      [0x11, fileTime(Date.UTC(2024, 1, 29, 23, 59, 59, 999), 9_999)],
      [0x11, fileTime(Date.UTC(1601, 0, 1), 1)],
      [0x11, fileTime(Date.UTC(2100, 2, 1), 0)],
      [0x12, [2019, 3, 5, 1, 12, 34, 56, 789].flatMap((part) => le(part, 2))],
      [0x12, [2019, 2, 5, 30, 0, 0, 0, 0].flatMap((part) => le(part, 2))],
    ),
    [
      "2024-02-29T23:59:59.9999999Z",
      "1601-01-01T00:00:00.0000001Z",
      "2100-03-01T00:00:00.0000000Z",
      "2019-03-01T12:34:56.7890000Z",
      "1601-01-01T00:00:00.0000000Z",
    ],
  );
});

Deno.test("text ends at its first NUL, keeps every character, and lone surrogates are replaced", () => {
  const all = 'Zoë 日本 \u{1f600} "quoted" \\ \t\r\n\u0001';
  assert.deepEqual(
    show([0x01, utf16(all)], [0x01, utf16("ab\0cd")], [0x01, [0x3d, 0xd8]], [0x01, []], [0x00, []]),
    [all, "ab", "\ufffd", "", ""],
  );
});

Deno.test("arrays show as items under one name, the only unnamed one as a list", () => {
  const words = utf16("one\0two\0\0");
  assert.deepEqual(show([0x81, words], [0x88, [...le(1, 4), ...le(2, 4)]], [0x86, le(9, 2)]), [
    ["one", "two", ""],
    [1, 2],
    "9",
  ]);
  const { lines } = readLines(craftLog(valuesRecord([[0x81, words]], [""])));
  assert.deepEqual(JSON.parse(lines[0]).Event.EventData, { Data: { "#text": ["one", "two", ""] } });
});
