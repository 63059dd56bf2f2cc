/**
 * Rows of numbers in one array: what every detector reads.
 * @module
 */

/** `rows` × `width` numbers, row by row; NaN where a row has no value. */
export interface Matrix {
  /** Row by row. */
  readonly values: Float32Array;
  /** Columns. */
  readonly width: number;
  /** How many. */
  readonly rows: number;
}

/** A matrix over an array. @throws {RangeError} if the array is not whole rows. */
export function matrix(values: Float32Array, width: number): Matrix {
  if (values.length % width === 0) return { values, width, rows: values.length / width };
  throw new RangeError(`Cannot cut ${values.length} values into rows of ${width}`);
}

/** A matrix from rows of equal length. */
export function matrixOf(rows: readonly ArrayLike<number>[]): Matrix {
  const width = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * width);
  rows.forEach((row, i) => values.set(row, i * width));
  return { values, width, rows: rows.length };
}

/** A copy of chosen rows, in the order given. */
export function takeRows({ values, width }: Matrix, rows: ArrayLike<number>): Matrix {
  const taken = new Float32Array(rows.length * width);
  for (let i = 0; i < rows.length; i++) {
    taken.set(values.subarray(rows[i] * width, (rows[i] + 1) * width), i * width);
  }
  return { values: taken, width, rows: rows.length };
}

/** Rows of several matrices of one width, one after the other. */
export function stackRows(parts: readonly Matrix[]): Matrix {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const width = parts[0]?.width ?? 0;
  const values = new Float32Array(rows * width);
  let at = 0;
  for (const part of parts) {
    values.set(part.values.subarray(0, part.rows * width), at);
    at += part.rows * width;
  }
  return { values, width, rows };
}

/** The rows with 0 where a value is missing or its column does not count (`counted` is 0 there). */
export function filledRows({ values, width, rows }: Matrix, counted: Uint8Array): Matrix {
  const filled = new Float32Array(rows * width);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let i = 0; i < width; i++, at++) {
      const value = values[at];
      if (counted[i] !== 0 && value === value) filled[at] = value;
    }
  }
  return { values: filled, width, rows };
}
