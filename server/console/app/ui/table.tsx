/**
 * Tables: rows that open by click or Enter, the rest of the list, and the whole of it as CSV.
 * @module
 */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { count } from "../format.ts";
import { go } from "../router.ts";
import { csv } from "./csv.ts";
import { save } from "./save.ts";

/** A column: what is shown, and what stands in the CSV file. */
export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** For the CSV file; a column without it is left out there. */
  readonly csv?: (row: Row) => string | number;
  readonly numeric?: boolean;
  /** Left out on narrow screens. */
  readonly wide?: boolean;
}

/** What a table shows. */
export interface TableProps<Row> {
  /** Of the CSV file, and for screen readers. */
  readonly name: string;
  readonly rows: readonly Row[];
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Where a row leads. */
  readonly href?: (row: Row) => string;
  readonly hasMore?: boolean;
  readonly more?: () => Promise<void>;
  /** Every row for the CSV file, where more than the shown are there. */
  readonly all?: () => Promise<readonly Row[]>;
}

/** A table. */
export function Table<Row>(props: TableProps<Row>) {
  const { name, rows, columns, rowKey, href, hasMore, more, all } = props;
  const [busy, setBusy] = useState(false);
  async function during(work: () => Promise<void>) {
    setBusy(true);
    await work().catch(() => {}); // what failed is said by the banner
    setBusy(false);
  }
  const download = () =>
    during(async () => {
      const written = columns.filter((column) => column.csv);
      const lines = (all ? await all() : rows).map((row) => written.map(({ csv }) => csv!(row)));
      save(
        `habit-${name.replaceAll(" ", "-")}.csv`,
        csv([written.map(({ title }) => title), ...lines]),
      );
    });
  const classOf = ({ numeric, wide }: Column<Row>) =>
    [numeric && "numeric", wide && "wide"].filter(Boolean).join(" ") || undefined;
  return (
    <div class="table">
      <div class="scroll" tabIndex={0} role="region" aria-label={`Table of ${name}`}>
        <table>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.title} scope="col" class={classOf(column)}>{column.title}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr
                key={rowKey(row)}
                class={href && "opens"}
                onClick={href && ((event) => {
                  if (!(event.target as Element).closest("a, button, select")) go(href(row));
                })}
              >
                {columns.map((column) => (
                  <td key={column.title} class={classOf(column)}>{column.cell(row)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer>
        <span class="muted">{count(rows.length)}{hasMore ? " shown" : ` ${name}`}</span>
        {hasMore && more && (
          <button type="button" disabled={busy} onClick={() => during(more)}>Show more</button>
        )}
        <button type="button" class="quiet" disabled={busy} onClick={download}>CSV</button>
      </footer>
    </div>
  );
}
