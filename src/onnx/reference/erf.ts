// The error function, to the last digits of float64. Math has none.

/** From here on 1 is nearer than any other double. */
const saturated = 6;

/** erf(x) = 2 / sqrt(pi) * exp(-x^2) * sum of 2^n x^(2n + 1) / (1 * 3 * ... * (2n + 1)): no term cancels another (Abramowitz and Stegun, 7.1.6). */
export function erf(x: number): number {
  if (!(Math.abs(x) < saturated)) return Number.isNaN(x) ? NaN : Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Number.EPSILON * Math.abs(sum) * 0.01; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
