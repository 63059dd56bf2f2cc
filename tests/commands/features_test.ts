import assert from "node:assert/strict";

const MAIN = new URL("../../main.ts", import.meta.url).pathname;

/** Prints the features of files that hold these lines. */
async function features(files: Readonly<Record<string, readonly string[]>>) {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, lines] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, lines.join("\n") + "\n");
    }
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", MAIN, "features", folder, "--json"],
    }).output();
    const decoder = new TextDecoder();
    return { code, rows: decoder.decode(stdout).trim().split("\n"), said: decoder.decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A logon every 20 minutes of three days by one of three users, from more and more addresses. */
function logon(i: number): string {
  return JSON.stringify({
    Event: {
      System: {
        Channel: "Security",
        Provider: { "#attributes": { Name: "Microsoft-Windows-Security-Auditing" } },
        EventID: 4624,
        Version: 2,
        EventRecordID: i,
        TimeCreated: {
          "#attributes": { SystemTime: new Date(Date.UTC(2026, 0, 5, 0, 20 * i)).toISOString() },
        },
        Computer: "ws-1.example",
      },
      EventData: {
        TargetUserSid: `S-1-5-21-1-2-3-${1104 + i % 3}`,
        LogonType: 3,
        IpAddress: `10.0.0.${i % (2 + (i >> 4))}`,
      },
    },
  });
}

Deno.test("rows are the same from one file in order as from many, out of order and newest first", async () => {
  const events = Array.from({ length: 216 }, (_, i) => logon(i));
  const one = await features({ "all.jsonl": events });
  assert.equal(one.code, 0);
  assert.equal(one.said.trim(), "216 events of 1 hosts counted");
  assert.equal(one.rows.length, 216 + 72, "a row for each user and the host in every hour");
  const many = await features({
    "a.jsonl": events.filter((_, i) => i >= 150),
    "b.jsonl": events.filter((_, i) => i < 150 && i % 2 === 0).toReversed(),
    "c.jsonl": events.filter((_, i) => i < 150 && i % 2 === 1),
  });
  assert.deepEqual(many, one);
});
