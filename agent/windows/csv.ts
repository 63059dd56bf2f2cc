/**
 * Rows and fields of the CSV that Windows tools print: quotes where a field holds a comma.
 * @module
 */

/** The fields of each line. */
export function fieldsOfCsv(text: string): string[][] {
  return text.replace(/^\ufeff/, "").split(/\r?\n/).filter((line) => line !== "").map((line) =>
    [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(,|$)/g)]
      .slice(0, (line.match(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/g)?.length ?? 0) + 1)
      .map(([, field]) => field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field)
  );
}
