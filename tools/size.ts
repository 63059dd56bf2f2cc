/**
 * `task size`: lines of code by folder, the median file and the longest ones, so that growth is
 * seen. Blank lines and comments do not count.
 * @module
 */

/** Lines that hold code: not blank, not only a comment. */
export function codeLines(source: string): number {
  return source.split("\n").filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;
}

/** The middle value; of two middles the lower. */
export function lowerMedian(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[(values.length - 1) >> 1] ?? 0;
}

if (import.meta.main) {
  const { stdout } = await new Deno.Command("git", { args: ["ls-files", "*.ts", "*.tsx"] })
    .output();
  const files = new TextDecoder().decode(stdout).trim().split("\n").map((path) => ({
    path,
    lines: codeLines(Deno.readTextFileSync(path)),
  }));
  const folders = Map.groupBy(files, ({ path }) => path.includes("/") ? path.split("/")[0]! : ".");
  for (const [folder, inside] of [...folders].sort()) {
    const total = inside.reduce((sum, { lines }) => sum + lines, 0);
    console.log(
      `${folder.padEnd(10)} ${String(total).padStart(6)} lines in ${inside.length} files`,
    );
  }
  const own = files.filter(({ path }) => !/^(tests|bench)\//.test(path));
  console.log(`code       ${own.reduce((sum, { lines }) => sum + lines, 0)} lines`);
  console.log(`median     ${lowerMedian(files.map(({ lines }) => lines))} lines a file`);
  for (const { path, lines } of files.toSorted((a, b) => b.lines - a.lines).slice(0, 5)) {
    console.log(`longest    ${String(lines).padStart(6)} ${path}`);
  }
}
