/*
 * The passes of ../assembly/kernel.ts in C, for one vector width: compiled once for each level of
 * the CPU with -DLEVEL=name -DBYTES=16, 32 or 64. Widths are multiples of 16 floats, rows have room
 * for a multiple of 8, and every array starts on a cache line.
 */
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#define JOIN(a, b) a##_##b
#define NAME2(a, b) JOIN(a, b)
#define EXPORT(name) __attribute__((visibility("default"))) NAME2(name, LEVEL)

#define FLOATS (BYTES / 4)
/* Accumulators fill the registers: 8 x 2 of AVX-512's 32, 4 x 2 of AVX2's and SSE's 16. */
#define TILE_ROWS (BYTES == 64 ? 8 : 4)

typedef float vec __attribute__((vector_size(BYTES), aligned(4)));
typedef int32_t mask __attribute__((vector_size(BYTES), aligned(4)));
typedef uint32_t bits __attribute__((vector_size(BYTES), aligned(4)));
enum mode { BIASED, ADDED, MASKED };

static inline vec load(const float *from) { return *(const vec *)from; }
static inline void store(float *to, vec x) { *(vec *)to = x; }
static inline vec splat(float x) { return x - (vec){0}; }
static inline vec choose(mask which, vec yes, vec no) {
  return (vec)(((mask)yes & which) | ((mask)no & ~which));
}

/* (Leaky) ReLU that lets NaN through; a slope of 1 leaves everything as it is. */
static inline vec leaky(vec x, vec slopes) { return choose(x <= 0.0f, x * slopes, x); }

/*
 * C (m x n) = A (m x k, strides in floats) x B (k x n, row by row). `extra` is the biases, or the
 * units whose sign masks. `wide` is how many registers of columns a tile has.
 */
__attribute__((always_inline)) static inline void
product_of(int wide, int m, int n, int k, const float *a, int a_row, int a_column, const float *b,
           float *c, enum mode mode, const float *extra, vec slopes) {
  for (int j = 0; j < n; j += wide * FLOATS) {
    for (int i = 0; i < m; i += TILE_ROWS) {
      vec sum[TILE_ROWS][2];
#pragma GCC unroll 8
      for (int r = 0; r < TILE_ROWS; r++)
#pragma GCC unroll 2
        for (int w = 0; w < wide; w++) {
          const int at = j + w * FLOATS;
          sum[r][w] = mode == BIASED  ? load(extra + at)
                      : mode == ADDED ? load(c + (size_t)(i + r) * n + at)
                                      : (vec){0};
        }
      const float *left = a + (size_t)i * a_row, *right = b + j;
      for (int step = 0; step < k; step++, left += a_column, right += n) {
        vec row[2];
#pragma GCC unroll 2
        for (int w = 0; w < wide; w++) row[w] = load(right + w * FLOATS);
#pragma GCC unroll 8
        for (int r = 0; r < TILE_ROWS; r++) {
          const vec value = splat(left[(size_t)r * a_row]);
#pragma GCC unroll 2
          for (int w = 0; w < wide; w++) sum[r][w] += value * row[w];
        }
      }
#pragma GCC unroll 8
      for (int r = 0; r < TILE_ROWS; r++)
#pragma GCC unroll 2
        for (int w = 0; w < wide; w++) {
          const size_t at = (size_t)(i + r) * n + j + w * FLOATS;
          vec x = sum[r][w];
          if (mode == BIASED) x = leaky(x, slopes);
          if (mode == MASKED) x = choose(load(extra + at) <= 0.0f, x * slopes, x);
          store(c + at, x);
        }
    }
  }
}

#define PRODUCT(name, mode)                                                                       \
  static void name(int m, int n, int k, const float *a, int a_row, int a_column, const float *b, \
                   float *c, const float *extra, float slope) {                                  \
    if (n % (2 * FLOATS) == 0)                                                                    \
      product_of(2, m, n, k, a, a_row, a_column, b, c, mode, extra, splat(slope));               \
    else                                                                                          \
      product_of(1, m, n, k, a, a_row, a_column, b, c, mode, extra, splat(slope));               \
  }
PRODUCT(biased_product, BIASED)
PRODUCT(added_product, ADDED)
PRODUCT(masked_product, MASKED)

/* One layer: to = leaky(from x weights + biases). */
void EXPORT(dense)(int rows, int inputs, int outputs, const float *from, const float *weights,
                   const float *biases, float *to, float slope) {
  biased_product(rows, outputs, inputs, from, inputs, 1, weights, to, biases, slope);
}

/* Adds a block's share to the gradient of a layer's weights, and of its biases. */
void EXPORT(addWeightGradient)(int rows, int inputs, int outputs, const float *units,
                               const float *gradient, float *weights, float *biases) {
  added_product(inputs, outputs, rows, units, 1, inputs, gradient, weights, NULL, 1);
  for (int j = 0; j < outputs; j += FLOATS) {
    vec sum = load(biases + j);
    for (int row = 0; row < rows; row++) sum += load(gradient + (size_t)row * outputs + j);
    store(biases + j, sum);
  }
}

static void transpose(int rows, int columns, const float *restrict from, float *restrict to) {
  for (int i = 0; i < rows; i += 16)
    for (int j = 0; j < columns; j++)
      for (int r = i; r < i + 16; r++) to[(size_t)j * rows + r] = from[(size_t)r * columns + j];
}

/* From a layer's outputs to its inputs: to = gradient x weights', masked by the sign of units. */
void EXPORT(back)(int rows, int inputs, int outputs, const float *gradient, const float *weights,
                  float *scratch, const float *units, float *to, float slope) {
  transpose(inputs, outputs, weights, scratch);
  masked_product(rows, inputs, outputs, gradient, outputs, 1, scratch, to, units, slope);
}

/* Sum of squared errors where target is not NaN; gradient = twice the error. */
float EXPORT(squaredLoss)(int count, const float *output, const float *target, float *gradient) {
  vec sum = {0};
  for (int i = 0; i < count; i += FLOATS) {
    const vec wanted = load(target + i);
    const vec error = choose(wanted == wanted, load(output + i) - wanted, (vec){0});
    store(gradient + i, error + error);
    sum += error * error;
  }
  float total = 0;
  for (int i = 0; i < FLOATS; i++) total += sum[i];
  return total;
}

/* The bits of `mix` in models/engines/random.ts. */
static inline bits mix(bits x) {
  x = (x ^ (x >> 16)) * 0x7feb352du;
  x = (x ^ (x >> 15)) * 0x846ca68bu;
  return x ^ (x >> 16);
}

/*
 * Noise and masks on values that a net reads: `scale` x (the sum of the four bytes of number
 * index + i of the stream `noise_key`, less its mean) is added, and 0 stands where the upper 24 bits
 * of `mask_key`'s are below `below`, or where the value is NaN. Lanes after `count` stay.
 */
void EXPORT(corrupt)(int count, float *values, uint32_t index, float scale, int32_t below,
                     uint32_t noise_key, uint32_t mask_key) {
  bits lane;
  for (int i = 0; i < FLOATS; i++) lane[i] = i;
  for (int i = 0; i < count; i += FLOATS, lane += FLOATS) {
    const bits at = (lane + index) * 0x9e3779b9u;
    const bits noise = mix(at + noise_key);
    const bits pairs = (noise & 0x00ff00ffu) + (noise >> 8 & 0x00ff00ffu);
    const mask sum = (mask)((pairs & 0xffffu) + (pairs >> 16)) - 510;
    const mask draw = (mask)(mix(at + mask_key) >> 8);
    const vec value = load(values + i);
    const vec moved = value + __builtin_convertvector(sum, vec) * scale;
    const vec kept = choose((draw >= below) & (value == value), moved, (vec){0});
    store(values + i, choose((mask)lane < count, kept, value));
  }
}

/* One step of Adam with decoupled decay; take is 1 - beta, a correction 1 - beta ^ step. */
void EXPORT(adam)(int count, float *weights, const float *gradient, float *moment1, float *moment2,
                  float rate, float decay, float beta1, float take1, float beta2, float take2,
                  float epsilon, float correction1, float correction2, float scale) {
  const float left = 1 - rate * decay, step_rate = rate / correction1, inverse2 = 1 / correction2;
  for (int i = 0; i < count; i += FLOATS) {
    const vec g = load(gradient + i) * scale;
    const vec mean = load(moment1 + i) * beta1 + g * take1;
    const vec square = load(moment2 + i) * beta2 + g * g * take2;
    store(moment1 + i, mean);
    store(moment2 + i, square);
    vec deviation;
    for (int lane = 0; lane < FLOATS; lane++) deviation[lane] = sqrtf(square[lane] * inverse2);
    store(weights + i, load(weights + i) * left - mean * step_rate / (deviation + epsilon));
  }
}
