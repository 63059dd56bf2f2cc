/**
 * What an autoencoder leaves of rows, read in one pass over each; widths are multiples of 16, all
 * arrays lie in linear memory, addresses are bytes. Four columns are four lanes.
 */

/** One column's largest surprise. */
const SURPRISE_CAP: f32 = 400;

/** Copies values; 0 stands where there is none. */
export function fillGaps(count: i32, from: usize, to: usize): void {
  for (let i: usize = 0, end: usize = <usize>count << 2; i < end; i += 16) {
    const value = v128.load(from + i);
    v128.store(to + i, v128.and(value, f32x4.eq(value, value)));
  }
}

/**
 * Of each row, by column: squared error over the values present (`squares`), residual less its mean
 * (`centred`), and the eight largest squared deviations, 0 elsewhere (`surprises`). A value counts
 * where `counted` is all ones, it is no NaN, and the net does not give it back exactly. The sums get
 * those of the squares and of the surprises, a double a row each.
 */
export function readResiduals(
  rows: i32, width: i32, values: usize, outputs: usize,
  means: usize, precisions: usize, counted: usize,
  squares: usize, centred: usize, surprises: usize, squareSums: usize, surpriseSums: usize,
): void {
  const bytes: usize = <usize>width << 2;
  const caps = f32x4.splat(SURPRISE_CAP), zero = f32x4.splat(0);
  for (let row: i32 = 0; row < rows; row++) {
    let present = zero;
    let r0 = zero, r1 = zero, r2 = zero, r3 = zero, r4 = zero, r5 = zero, r6 = zero, r7 = zero;
    for (let i: usize = 0; i < bytes; i += 16) {
      const value = v128.load(values + i);
      const is = v128.and(v128.load(counted + i), f32x4.eq(value, value));
      const residual = v128.and(f32x4.sub(value, v128.load(outputs + i)), is);
      const left = f32x4.ne(residual, zero);
      present = i32x4.sub(present, left);
      v128.store(squares + i, residual);
      const deviation = v128.and(f32x4.sub(residual, v128.load(means + i)), left);
      v128.store(centred + i, deviation);
      let x = f32x4.mul(f32x4.mul(deviation, deviation), v128.load(precisions + i));
      x = f32x4.pmin(caps, x);
      v128.store(surprises + i, x);
      // Each lane keeps its own eight largest, in order.
      let more = f32x4.pmax(r0, x); x = f32x4.pmin(r0, x); r0 = more;
      more = f32x4.pmax(r1, x); x = f32x4.pmin(r1, x); r1 = more;
      more = f32x4.pmax(r2, x); x = f32x4.pmin(r2, x); r2 = more;
      more = f32x4.pmax(r3, x); x = f32x4.pmin(r3, x); r3 = more;
      more = f32x4.pmax(r4, x); x = f32x4.pmin(r4, x); r4 = more;
      more = f32x4.pmax(r5, x); x = f32x4.pmin(r5, x); r5 = more;
      more = f32x4.pmax(r6, x); x = f32x4.pmin(r6, x); r6 = more;
      r7 = f32x4.pmax(r7, x);
    }
    const count = i32x4.extract_lane(present, 0) + i32x4.extract_lane(present, 1) +
      i32x4.extract_lane(present, 2) + i32x4.extract_lane(present, 3);
    const share = f32x4.splat(<f32>1 / <f32>max(1, count));
    const least = f32x4.splat(eighthLargest(r0, r1, r2, r3, r4, r5, r6, r7));
    let squared = f64x2.splat(0), surprised = f64x2.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const residual = v128.load(squares + i), surprise = v128.load(surprises + i);
      const square = f32x4.mul(f32x4.mul(residual, residual), share);
      const kept = v128.and(surprise, f32x4.ge(surprise, least));
      v128.store(squares + i, square);
      v128.store(surprises + i, kept);
      squared = addLanes(squared, square);
      surprised = addLanes(surprised, kept);
    }
    store<f64>(squareSums, sumOf(squared));
    store<f64>(surpriseSums, sumOf(surprised));
    values += bytes; outputs += bytes; squares += bytes; centred += bytes; surprises += bytes;
    squareSums += 8; surpriseSums += 8;
  }
}

/** Squares values in place; `sums` gets each row's, one double a row. */
export function squareRows(rows: i32, width: i32, values: usize, sums: usize): void {
  const bytes: usize = <usize>width << 2;
  for (let row: i32 = 0; row < rows; row++, values += bytes, sums += 8) {
    let sum = f64x2.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const value = v128.load(values + i);
      const square = f32x4.mul(value, value);
      v128.store(values + i, square);
      sum = addLanes(sum, square);
    }
    store<f64>(sums, sumOf(sum));
  }
}

// @ts-ignore: decorator
@inline
function sumOf(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** Adds four floats to two doubles. */
// @ts-ignore: decorator
@inline
function addLanes(sum: v128, floats: v128): v128 {
  const low = f64x2.promote_low_f32x4(floats);
  const high = f64x2.promote_low_f32x4(i32x4.shuffle(floats, floats, 2, 3, 2, 3));
  return f64x2.add(sum, f64x2.add(low, high));
}

/**
 * The eighth largest of 32 values: each lane of `r0` … `r7` has eight of them in falling order. The
 * larger of one list's k-th and another's (9 - k)-th are the eight largest of both (Batcher 1968).
 */
function eighthLargest(
  r0: v128, r1: v128, r2: v128, r3: v128, r4: v128, r5: v128, r6: v128, r7: v128,
): f32 {
  // Lanes 0 and 1 with 2 and 3: a bitonic list in each, put in order by three rounds.
  let a = f32x4.pmax(r0, i32x4.shuffle(r7, r7, 2, 3, 0, 1));
  let b = f32x4.pmax(r1, i32x4.shuffle(r6, r6, 2, 3, 0, 1));
  let c = f32x4.pmax(r2, i32x4.shuffle(r5, r5, 2, 3, 0, 1));
  let d = f32x4.pmax(r3, i32x4.shuffle(r4, r4, 2, 3, 0, 1));
  let e = f32x4.pmax(r4, i32x4.shuffle(r3, r3, 2, 3, 0, 1));
  let f = f32x4.pmax(r5, i32x4.shuffle(r2, r2, 2, 3, 0, 1));
  let g = f32x4.pmax(r6, i32x4.shuffle(r1, r1, 2, 3, 0, 1));
  let h = f32x4.pmax(r7, i32x4.shuffle(r0, r0, 2, 3, 0, 1));
  let more = f32x4.pmax(a, e); e = f32x4.pmin(a, e); a = more;
  more = f32x4.pmax(b, f); f = f32x4.pmin(b, f); b = more;
  more = f32x4.pmax(c, g); g = f32x4.pmin(c, g); c = more;
  more = f32x4.pmax(d, h); h = f32x4.pmin(d, h); d = more;
  more = f32x4.pmax(a, c); c = f32x4.pmin(a, c); a = more;
  more = f32x4.pmax(b, d); d = f32x4.pmin(b, d); b = more;
  more = f32x4.pmax(e, g); g = f32x4.pmin(e, g); e = more;
  more = f32x4.pmax(f, h); h = f32x4.pmin(f, h); f = more;
  more = f32x4.pmax(a, b); b = f32x4.pmin(a, b); a = more;
  more = f32x4.pmax(c, d); d = f32x4.pmin(c, d); c = more;
  more = f32x4.pmax(e, f); f = f32x4.pmin(e, f); e = more;
  more = f32x4.pmax(g, h); h = f32x4.pmin(g, h); g = more;
  // Lane 0 with 1: the least of the eight largest, of which each lane has four.
  let least = f32x4.pmax(a, i32x4.shuffle(h, h, 1, 0, 3, 2));
  least = f32x4.pmin(least, f32x4.pmax(b, i32x4.shuffle(g, g, 1, 0, 3, 2)));
  least = f32x4.pmin(least, f32x4.pmax(c, i32x4.shuffle(f, f, 1, 0, 3, 2)));
  least = f32x4.pmin(least, f32x4.pmax(d, i32x4.shuffle(e, e, 1, 0, 3, 2)));
  return min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1));
}
