/**
 * Where log lines go: standard error, as sentences with their facts beside them.
 * @module
 */
import { configure, getJsonLinesFormatter, getTextFormatter } from "@logtape/logtape";

/** Sends log lines of `level` and above to standard error, as JSON lines where asked. */
export async function logToStderr(
  level: "debug" | "info" | "warning" | "error",
  json = false,
): Promise<void> {
  const jsonLine = getJsonLinesFormatter();
  const text = getTextFormatter({ timestamp: "rfc3339" });
  const encoder = new TextEncoder();
  await configure({
    sinks: {
      stderr(record) {
        const facts = Object.entries(record.properties)
          .map(([name, value]) => ` ${name}=${value instanceof Error ? value.message : value}`);
        const line = json ? jsonLine(record) : `${text(record).trimEnd()}${facts.join("")}\n`;
        Deno.stderr.writeSync(encoder.encode(line));
      },
    },
    loggers: [
      { category: "habit", lowestLevel: level, sinks: ["stderr"] },
      { category: ["logtape", "meta"], lowestLevel: "warning", sinks: ["stderr"] },
    ],
    reset: true,
  });
}
