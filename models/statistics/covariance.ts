/**
 * Covariance of few rows, and its inverse root.
 * @module
 */
import type { Matrix } from "@/models/matrix.ts";

/** Mean of each column; every value must be present. */
export function columnMeans({ values, width, rows }: Matrix): Float64Array {
  const means = new Float64Array(width);
  for (let i = 0; i < values.length; i++) means[i % width] += values[i];
  return means.map((sum) => sum / Math.max(1, rows));
}

/** A covariance matrix drawn towards a multiple of the identity. */
export interface Shrunk {
  /** width × width. */
  readonly covariance: Float64Array;
  /** 0 keeps the sample's, 1 is the identity's multiple. */
  readonly shrinkage: number;
}

/** Shrinkage with the least expected squared error (Ledoit & Wolf 2004, as in scikit-learn). */
export function ledoitWolf(data: Matrix, means: Float64Array): Shrunk {
  const { width, rows } = data;
  const { sample, fourth } = sampleCovariance(data, means);
  let [trace, squares] = [0, 0];
  for (let i = 0; i < width; i++) trace += sample[i * width + i];
  for (const value of sample) squares += value * value;
  const mean = trace / width;
  const delta = (squares - 2 * mean * trace + width * mean * mean) / width;
  const beta = Math.min(delta, (fourth / rows - squares) / width / rows);
  const shrinkage = delta > 0 ? Math.min(1, Math.max(0, beta / delta)) : 1;
  const covariance = sample.map((value) => (1 - shrinkage) * value);
  for (let i = 0; i < width; i++) covariance[i * width + i] += shrinkage * mean;
  return { covariance, shrinkage };
}

/** The biased sample covariance, and the sum over rows of |row - mean|⁴. */
function sampleCovariance({ values, width, rows }: Matrix, means: Float64Array) {
  const sample = new Float64Array(width * width);
  const row = new Float64Array(width);
  let fourth = 0;
  for (let r = 0; r < rows; r++) {
    let norm = 0;
    for (let i = 0; i < width; i++) {
      row[i] = values[r * width + i] - means[i];
      norm += row[i] * row[i];
    }
    fourth += norm * norm;
    for (let i = 0; i < width; i++) {
      if (row[i] === 0) continue;
      const [x, at] = [row[i], i * width];
      for (let j = 0; j <= i; j++) sample[at + j] += x * row[j];
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      sample[j * width + i] = sample[i * width + j] /= Math.max(1, rows);
    }
  }
  return { sample, fourth };
}

/**
 * The symmetric matrix W with W·C·W = 1. |W·x|² is the squared Mahalanobis distance of x, and the
 * squares of W·x are each column's part in it (Garthwaite & Koch 2016). Eigenvalues below
 * `least` × the mean one are raised to it.
 */
export function inverseRoot(covariance: Float64Array, width: number, least = 1e-3): Float64Array {
  const { values, vectors } = eigen(covariance, width);
  const floor = Math.max(1e-12, least * values.reduce((sum, x) => sum + x, 0) / width);
  const root = new Float64Array(width * width);
  for (let k = 0; k < width; k++) {
    const factor = 1 / Math.sqrt(Math.max(values[k], floor));
    for (let i = 0; i < width; i++) {
      const x = factor * vectors[i * width + k];
      for (let j = 0; j < width; j++) root[i * width + j] += x * vectors[j * width + k];
    }
  }
  return root;
}

/** Eigenvalues and, in columns, eigenvectors of a symmetric matrix, by cyclic Jacobi rotations. */
export function eigen(
  symmetric: Float64Array,
  width: number,
): { values: Float64Array; vectors: Float64Array } {
  const a = symmetric.slice();
  const vectors = new Float64Array(width * width);
  for (let i = 0; i < width; i++) vectors[i * width + i] = 1;
  const total = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0));
  const negligible = 1e-11 * total / width;
  for (let sweep = 0, turned = 1; turned > 0 && sweep < 30; sweep++) {
    turned = 0;
    for (let p = 0; p < width; p++) {
      for (let q = p + 1; q < width; q++) {
        if (Math.abs(a[p * width + q]) <= negligible) continue;
        rotate(a, vectors, width, p, q);
        turned++;
      }
    }
  }
  return { values: Float64Array.from({ length: width }, (_, i) => a[i * width + i]), vectors };
}

/** Makes a[p][q] zero (Golub & Van Loan, 8.5). */
function rotate(a: Float64Array, vectors: Float64Array, width: number, p: number, q: number) {
  const [pp, qq, pq] = [a[p * width + p], a[q * width + q], a[p * width + q]];
  const tau = (qq - pp) / (2 * pq);
  const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.hypot(1, tau));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let k = 0; k < width; k++) {
    if (k === p || k === q) continue;
    const [kp, kq] = [a[k * width + p], a[k * width + q]];
    a[p * width + k] = a[k * width + p] = c * kp - s * kq;
    a[q * width + k] = a[k * width + q] = s * kp + c * kq;
  }
  a[p * width + p] = pp - t * pq;
  a[q * width + q] = qq + t * pq;
  a[p * width + q] = a[q * width + p] = 0;
  for (let k = 0; k < width; k++) {
    const [kp, kq] = [vectors[k * width + p], vectors[k * width + q]];
    vectors[k * width + p] = c * kp - s * kq;
    vectors[k * width + q] = s * kp + c * kq;
  }
}
