/**
 * Labelled tables: `.npz` with arrays X and y, or CSV with a column of labels.
 * @module
 */
import { inflateRawSync } from "node:zlib";
import type { Matrix } from "@/models/matrix.ts";

/** Rows with what is known of them. */
export interface Table {
  readonly name: string;
  readonly data: Matrix;
  /** 1 for a strange row. */
  readonly labels: Uint8Array;
}

/** Reads a table. @throws {SyntaxError} that says what is wrong with the file. */
export function readTable(path: string, label = "y"): Table {
  const name = path.replace(/^.*[\\/]/, "").replace(/\.(npz|csv)$/i, "");
  const bytes = readBytes(path);
  if (/\.npz$/i.test(path)) return { name, ...readNpz(bytes, path) };
  if (/\.csv$/i.test(path)) {
    return { name, ...readCsv(new TextDecoder().decode(bytes), path, label) };
  }
  throw new SyntaxError(`Cannot read ${path} as a table: its name must end in .npz or .csv`);
}

function readBytes(path: string): Uint8Array {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(`Cannot read ${path}: there is no such file`);
  }
}

type Contents = Pick<Table, "data" | "labels">;

/** NumPy's zip of arrays: X (rows × columns) and y. */
export function readNpz(bytes: Uint8Array, path: string): Contents {
  const members = unzip(bytes, path);
  const x = readNpy(members.get("X.npy"), `${path}: X`);
  const y = readNpy(members.get("y.npy"), `${path}: y`);
  const [rows, width = 1] = x.shape;
  if (y.values.length !== rows) {
    throw new SyntaxError(`Cannot read ${path}: X has ${rows} rows, y has ${y.values.length}`);
  }
  return {
    data: { values: Float32Array.from(x.values, finite), width, rows },
    labels: Uint8Array.from(y.values, (value) => value > 0 ? 1 : 0),
  };
}

/** What float32 cannot hold is missing. */
function finite(value: number): number {
  return Number.isFinite(Math.fround(value)) ? value : NaN;
}

/** Members of a zip by its central directory (APPNOTE 4.3.12). */
function unzip(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new SyntaxError(`Cannot read ${path}: it is not a zip, or is cut off`);
  const members = new Map<string, Uint8Array>();
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const nameLength = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = bytes.subarray(start, start + view.getUint32(at + 20, true));
    members.set(name, view.getUint16(at + 10, true) === 0 ? packed : inflateRawSync(packed));
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return members;
}

/** Size and reader of each number type of NumPy that tables use. */
const NUMBERS: Readonly<Record<string, readonly [number, (view: DataView, at: number) => number]>> =
  {
    "<f8": [8, (view, at) => view.getFloat64(at, true)],
    "<f4": [4, (view, at) => view.getFloat32(at, true)],
    "<i8": [8, (view, at) => Number(view.getBigInt64(at, true))],
    "<i4": [4, (view, at) => view.getInt32(at, true)],
    "<i2": [2, (view, at) => view.getInt16(at, true)],
    "|u1": [1, (view, at) => view.getUint8(at)],
    "|i1": [1, (view, at) => view.getInt8(at)],
    "|b1": [1, (view, at) => view.getUint8(at)],
  };

/** One array (NEP 1), row by row. */
export function readNpy(bytes: Uint8Array | undefined, what: string) {
  if (!bytes || bytes[0] !== 0x93) throw new SyntaxError(`Cannot read ${what}: no NumPy array`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const type = /'descr': *'([^']+)'/.exec(header)?.[1] ?? "";
  const shape = /'shape': *\(([^)]*)\)/.exec(header)?.[1].split(",").filter((s) => s.trim())
    .map(Number) ?? [];
  const number = NUMBERS[type];
  if (!number || shape.length > 2) {
    throw new SyntaxError(`Cannot read ${what}: ${shape.length} dimensions of numbers "${type}"`);
  }
  const [size, read] = number;
  const [rows, width = 1] = shape;
  const byColumn = header.includes("'fortran_order': True") && shape.length > 1;
  const place = (i: number) => byColumn ? i % width * rows + Math.floor(i / width) : i;
  const values = Float64Array.from(
    { length: shape.reduce((product, n) => product * n, 1) },
    (_, i) => read(view, start + length + place(i) * size),
  );
  return { shape, values };
}

/** Numbers separated by commas below a line of names. */
export function readCsv(text: string, path: string, label: string): Contents {
  const [header, ...lines] = text.trim().split(/\r?\n/);
  const names = header.split(",").map((name) => name.trim().replace(/^"|"$/g, ""));
  const place = names.indexOf(label);
  if (place < 0) {
    throw new SyntaxError(`Cannot read ${path}: no column "${label}" among ${names.join(", ")}`);
  }
  const width = names.length - 1;
  const values = new Float32Array(lines.length * width);
  const labels = new Uint8Array(lines.length);
  lines.forEach((line, row) => {
    const cells = line.split(",");
    const wrong = cells.findIndex((cell) => cell.trim() === "" || !Number.isFinite(Number(cell)));
    if (cells.length !== names.length || wrong >= 0) {
      throw new SyntaxError(`Cannot read ${path}: line ${row + 2} is not ${names.length} numbers`);
    }
    let at = row * width;
    cells.forEach((cell, i) => {
      if (i === place) labels[row] = Number(cell) > 0 ? 1 : 0;
      else values[at++] = Number(cell);
    });
  });
  return { data: { values, width, rows: lines.length }, labels };
}
