/**
 * `task bench NAME`: runs bench/NAME.ts, a table for people on standard error and one JSON object
 * a line on standard output.
 * @module
 */
import type { Figure } from "./figure.ts";

const [name, ...flags] = Deno.args;
const names = [...Deno.readDirSync(new URL(".", import.meta.url))]
  .map((entry) => entry.name.replace(/\.ts$/, ""))
  .filter((each) => !["main", "figure", "cluster", "vectors"].includes(each) && !/[._]/.test(each))
  .sort();
if (name === undefined || !names.includes(name)) {
  console.error(`Name a benchmark: deno task bench ${names.join(" | ")}`);
  Deno.exit(1);
}

const { figures } = await import(`./${name}.ts`) as {
  figures(flags: readonly string[]): AsyncIterable<Figure>;
};
for await (const figure of figures(flags)) {
  console.log(JSON.stringify({ bench: name, ...figure }));
  const value = `${figure.value.toLocaleString("en")} ${figure.unit}`;
  const ratio = figure.ratio === null ? "" : `${figure.ratio.toFixed(2)} x ${figure.peer}`;
  console.error(`${figure.case.padEnd(32)} ${value.padStart(28)}   ${ratio}`);
}
