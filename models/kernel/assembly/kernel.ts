/**
 * The fused engine's passes over padded float32 arrays in linear memory, AssemblyScript. All widths
 * are multiples of 16; `rows` is any number, but arrays of rows have room for a multiple of 4.
 * Addresses are bytes, sizes are floats. Built by `deno task build:kernel`.
 */
export { fillGaps, readResiduals, squareRows } from "./residuals";

/** a × b + c; one rounding where relaxed SIMD is on and the CPU has FMA, two otherwise. */
// @ts-ignore: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** What a tile of the product starts from, and what is done to it at the end. */
const BIASED: i32 = 0; // from biases; then max(x, slope × x)
const ADDED: i32 = 1; // from what is there
const MASKED: i32 = 2; // from 0; then × slope where `extra` is not above 0

/**
 * C (m × n) = A (m × k, strides in bytes) × B (k × n, row by row), in tiles of 4 × 8 that stay in
 * registers. `extra` is the biases, or the units whose sign masks.
 */
function product(
  m: i32, n: i32, k: i32,
  a: usize, aRow: usize, aColumn: usize,
  b: usize, c: usize,
  mode: i32, extra: usize, slope: f32,
): void {
  const stride: usize = <usize>n << 2;
  const slopes = f32x4.splat(slope);
  for (let j: i32 = 0; j < n; j += 8) {
    const column: usize = <usize>j << 2;
    for (let i: i32 = 0; i < m; i += 4) {
      const c0 = c + <usize>i * stride + column, c1 = c0 + stride, c2 = c1 + stride, c3 = c2 + stride;
      let x00: v128, x01: v128, x10: v128, x11: v128, x20: v128, x21: v128, x30: v128, x31: v128;
      if (mode == ADDED) {
        x00 = v128.load(c0); x01 = v128.load(c0, 16);
        x10 = v128.load(c1); x11 = v128.load(c1, 16);
        x20 = v128.load(c2); x21 = v128.load(c2, 16);
        x30 = v128.load(c3); x31 = v128.load(c3, 16);
      } else {
        x00 = mode == BIASED ? v128.load(extra + column) : f32x4.splat(0);
        x01 = mode == BIASED ? v128.load(extra + column, 16) : f32x4.splat(0);
        x10 = x00; x20 = x00; x30 = x00;
        x11 = x01; x21 = x01; x31 = x01;
      }
      let a0 = a + <usize>i * aRow, a1 = a0 + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
      let from = b + column;
      for (let step: i32 = 0; step < k; step++) {
        const b0 = v128.load(from), b1 = v128.load(from, 16);
        let value = v128.load32_splat(a0);
        x00 = madd(value, b0, x00); x01 = madd(value, b1, x01);
        value = v128.load32_splat(a1);
        x10 = madd(value, b0, x10); x11 = madd(value, b1, x11);
        value = v128.load32_splat(a2);
        x20 = madd(value, b0, x20); x21 = madd(value, b1, x21);
        value = v128.load32_splat(a3);
        x30 = madd(value, b0, x30); x31 = madd(value, b1, x31);
        a0 += aColumn; a1 += aColumn; a2 += aColumn; a3 += aColumn;
        from += stride;
      }
      if (mode == BIASED) {
        x00 = leaky(x00, slopes); x01 = leaky(x01, slopes);
        x10 = leaky(x10, slopes); x11 = leaky(x11, slopes);
        x20 = leaky(x20, slopes); x21 = leaky(x21, slopes);
        x30 = leaky(x30, slopes); x31 = leaky(x31, slopes);
      } else if (mode == MASKED) {
        const unit = extra + (c0 - c);
        x00 = masked(x00, unit, slopes); x01 = masked(x01, unit + 16, slopes);
        x10 = masked(x10, unit + stride, slopes); x11 = masked(x11, unit + stride + 16, slopes);
        x20 = masked(x20, unit + 2 * stride, slopes); x21 = masked(x21, unit + 2 * stride + 16, slopes);
        x30 = masked(x30, unit + 3 * stride, slopes); x31 = masked(x31, unit + 3 * stride + 16, slopes);
      }
      v128.store(c0, x00); v128.store(c0, x01, 16);
      v128.store(c1, x10); v128.store(c1, x11, 16);
      v128.store(c2, x20); v128.store(c2, x21, 16);
      v128.store(c3, x30); v128.store(c3, x31, 16);
    }
  }
}

/** (Leaky) ReLU that lets NaN through; a slope of 1 leaves everything as it is. */
// @ts-ignore: decorator
@inline
function leaky(x: v128, slopes: v128): v128 {
  return f32x4.max(x, f32x4.mul(x, slopes));
}

/** The derivative of `leaky`, by the unit that it gave. */
// @ts-ignore: decorator
@inline
function masked(x: v128, unit: usize, slopes: v128): v128 {
  const negative = f32x4.le(v128.load(unit), f32x4.splat(0));
  return v128.bitselect(f32x4.mul(x, slopes), x, negative);
}

/** One layer: `to` = leaky(`from` × `weights` + `biases`). */
export function dense(
  rows: i32, inputs: i32, outputs: i32,
  from: usize, weights: usize, biases: usize, to: usize, slope: f32,
): void {
  product(rows, outputs, inputs, from, <usize>inputs << 2, 4, weights, to, BIASED, biases, slope);
}

/** Adds a block's share to the gradient of a layer's weights, and of the biases behind them. */
export function addWeightGradient(
  rows: i32, inputs: i32, outputs: i32,
  units: usize, gradient: usize, weights: usize, biases: usize,
): void {
  product(inputs, outputs, rows, units, 4, <usize>inputs << 2, gradient, weights, ADDED, 0, 1);
  const stride: usize = <usize>outputs << 2;
  for (let column: usize = 0; column < stride; column += 16) {
    let sum = v128.load(biases + column);
    let at = gradient + column;
    for (let row: i32 = 0; row < rows; row++, at += stride) sum = f32x4.add(sum, v128.load(at));
    v128.store(biases + column, sum);
  }
}

/**
 * From a layer's outputs to its inputs: `to` = `gradient` × weightsᵀ, masked by `units`' sign.
 * `scratch` has room for the weights; the input of a net has slope 1.
 */
export function back(
  rows: i32, inputs: i32, outputs: i32,
  gradient: usize, weights: usize, scratch: usize, units: usize, to: usize, slope: f32,
): void {
  transpose(inputs, outputs, weights, scratch);
  product(rows, inputs, outputs, gradient, <usize>outputs << 2, 4, scratch, to, MASKED, units, slope);
}

/** 4 × 4 blocks, so that both sides are read and written 16 bytes at a time. */
function transpose(rows: i32, columns: i32, from: usize, to: usize): void {
  const wide: usize = <usize>columns << 2, tall: usize = <usize>rows << 2;
  for (let i: i32 = 0; i < rows; i += 4) {
    for (let j: i32 = 0; j < columns; j += 4) {
      const source = from + <usize>i * wide + (<usize>j << 2);
      const target = to + <usize>j * tall + (<usize>i << 2);
      const r0 = v128.load(source), r1 = v128.load(source + wide);
      const r2 = v128.load(source + 2 * wide), r3 = v128.load(source + 3 * wide);
      const l0 = i32x4.shuffle(r0, r1, 0, 4, 1, 5), h0 = i32x4.shuffle(r0, r1, 2, 6, 3, 7);
      const l1 = i32x4.shuffle(r2, r3, 0, 4, 1, 5), h1 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
      v128.store(target, i32x4.shuffle(l0, l1, 0, 1, 4, 5));
      v128.store(target + tall, i32x4.shuffle(l0, l1, 2, 3, 6, 7));
      v128.store(target + 2 * tall, i32x4.shuffle(h0, h1, 0, 1, 4, 5));
      v128.store(target + 3 * tall, i32x4.shuffle(h0, h1, 2, 3, 6, 7));
    }
  }
}

/** Sum of squared errors where `target` is not NaN; `gradient` = twice the error. */
export function squaredLoss(count: i32, output: usize, target: usize, gradient: usize): f32 {
  let sum = f32x4.splat(0);
  for (let i: usize = 0, end: usize = <usize>count << 2; i < end; i += 16) {
    const wanted = v128.load(target + i);
    const error = v128.and(f32x4.sub(v128.load(output + i), wanted), f32x4.eq(wanted, wanted));
    v128.store(gradient + i, f32x4.add(error, error));
    sum = madd(error, error, sum);
  }
  return f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) +
    f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3);
}

/** The bits of `mix` in models/engines/random.ts, four at a time. */
// @ts-ignore: decorator
@inline
function mix(value: v128): v128 {
  let x = v128.xor(value, i32x4.shr_u(value, 16));
  x = i32x4.mul(x, i32x4.splat(0x7feb352d));
  x = i32x4.mul(v128.xor(x, i32x4.shr_u(x, 15)), i32x4.splat(0x846ca68b));
  return v128.xor(x, i32x4.shr_u(x, 16));
}

/** The sum of the four bytes of each lane, less its mean: see `normal` in random.ts. */
// @ts-ignore: decorator
@inline
function centredBytes(x: v128): v128 {
  const low = i32x4.splat(0x00ff00ff);
  const pairs = i32x4.add(v128.and(x, low), v128.and(i32x4.shr_u(x, 8), low));
  const sum = i32x4.add(v128.and(pairs, i32x4.splat(0xffff)), i32x4.shr_u(pairs, 16));
  return i32x4.sub(sum, i32x4.splat(510));
}

/**
 * Noise and masks on values that a net reads: `scale` × the centred bytes of number index + i of the
 * stream `noiseKey` is added, and 0 stands where the upper 24 bits of `maskKey`'s are below `below`,
 * or where the value is NaN. Lanes after `count` stay as they are.
 */
export function corrupt(
  count: i32, values: usize, index: i32, scale: f32, below: i32, noiseKey: i32, maskKey: i32,
): void {
  const golden: i32 = 0x9e3779b9;
  const scales = f32x4.splat(scale), least = i32x4.splat(below), counts = i32x4.splat(count);
  let lane = i32x4(0, 1, 2, 3);
  for (let i: i32 = 0; i < count; i += 4, values += 16) {
    const at = i32x4.mul(i32x4.add(lane, i32x4.splat(index)), i32x4.splat(golden));
    const value = v128.load(values);
    const noise = f32x4.convert_i32x4_s(centredBytes(mix(i32x4.add(at, i32x4.splat(noiseKey)))));
    const draw = i32x4.shr_u(mix(i32x4.add(at, i32x4.splat(maskKey))), 8);
    const kept = v128.and(i32x4.ge_s(draw, least), f32x4.eq(value, value));
    const moved = v128.and(madd(noise, scales, value), kept);
    v128.store(values, v128.bitselect(moved, value, i32x4.lt_s(lane, counts)));
    lane = i32x4.add(lane, i32x4.splat(4));
  }
}

/** One step of Adam with decoupled decay; `take` is 1 - beta, a correction 1 - beta ^ step. */
export function adam(
  count: i32, weights: usize, gradient: usize, moment1: usize, moment2: usize,
  learningRate: f32, weightDecay: f32, beta1: f32, take1: f32, beta2: f32, take2: f32,
  epsilon: f32, correction1: f32, correction2: f32, gradientScale: f32,
): void {
  const keep1 = f32x4.splat(beta1), add1 = f32x4.splat(take1);
  const keep2 = f32x4.splat(beta2), add2 = f32x4.splat(take2);
  const scale = f32x4.splat(gradientScale), epsilons = f32x4.splat(epsilon);
  const rate = f32x4.splat(learningRate / correction1);
  const inverse2 = f32x4.splat(1 / correction2);
  const left = f32x4.splat(1 - learningRate * weightDecay);
  for (let i: usize = 0, end: usize = <usize>count << 2; i < end; i += 16) {
    const g = f32x4.mul(v128.load(gradient + i), scale);
    const mean = madd(v128.load(moment1 + i), keep1, f32x4.mul(g, add1));
    const square = madd(v128.load(moment2 + i), keep2, f32x4.mul(f32x4.mul(g, g), add2));
    v128.store(moment1 + i, mean);
    v128.store(moment2 + i, square);
    const deviation = f32x4.add(f32x4.sqrt(f32x4.mul(square, inverse2)), epsilons);
    const step = f32x4.div(f32x4.mul(mean, rate), deviation);
    v128.store(weights + i, f32x4.sub(f32x4.mul(v128.load(weights + i), left), step));
  }
}
