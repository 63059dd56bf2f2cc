/**
 * How well scores rank what is strange above what is not.
 * @module
 */

/** Order of the scores, highest first. @throws {RangeError} if one is NaN: it has no place. */
function descending(scores: ArrayLike<number>): Uint32Array {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i);
  const wrong = order.find((i) => Number.isNaN(scores[i]));
  if (wrong !== undefined) throw new RangeError(`Cannot rank score ${wrong}: it is not a number`);
  return order.sort((a, b) => scores[b] - scores[a]);
}

/**
 * Area under the ROC curve: the chance that a strange row scores above a normal one, ties half
 * (Mann & Whitney 1947). NaN if either kind is missing.
 * @throws RangeError if a score is NaN, which ranks nowhere.
 */
export function rocAuc(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = descending(scores);
  let [positives, negatives, wins] = [0, 0, 0];
  for (let i = 0; i < order.length;) {
    let [tiedPositives, tiedNegatives] = [0, 0];
    const value = scores[order[i]];
    for (; i < order.length && scores[order[i]] === value; i++) {
      if (labels[order[i]]) tiedPositives++;
      else tiedNegatives++;
    }
    wins += tiedNegatives * (positives + tiedPositives / 2);
    positives += tiedPositives;
    negatives += tiedNegatives;
  }
  return wins / (positives * negatives);
}

/** Mean precision over the strange rows as the threshold falls; ties fall together. */
export function averagePrecision(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const order = descending(scores);
  let [found, sum] = [0, 0];
  for (let i = 0; i < order.length;) {
    const [before, value] = [found, scores[order[i]]];
    for (; i < order.length && scores[order[i]] === value; i++) found += labels[order[i]] ? 1 : 0;
    sum += (found - before) * found / i;
  }
  return sum / found;
}

/**
 * Mean of `values` and the 95 % interval of 2,000 bootstrap resamples (Efron 1979).
 * `random` gives numbers in [0, 1).
 */
export function bootstrapMean(
  values: readonly number[],
  random: () => number,
): { mean: number; low: number; high: number } {
  const mean = (list: readonly number[]) => list.reduce((sum, x) => sum + x, 0) / list.length;
  const means = Float64Array.from({ length: 2000 }, () => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)];
    return sum / values.length;
  }).sort();
  return { mean: mean(values), low: means[49], high: means[1949] };
}
