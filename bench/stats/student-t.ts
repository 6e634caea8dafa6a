/**
 * The quantile of Student's t distribution: the `p`-quantile (0.5 < p < 1) for `freedom` degrees of
 * freedom, by bisection of its distribution function, to 10 digits.
 */
export function studentTQuantile(p: number, freedom: number): number {
  let low = 0;
  let high = 1;
  while (studentTCdf(high, freedom) < p) high *= 2;
  for (let step = 0; step < 100 && high - low > 1e-12 * high; step++) {
    const middle = (low + high) / 2;
    if (studentTCdf(middle, freedom) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** P(T <= t) for t >= 0: 1 - I_x(f/2, 1/2) / 2 with x = f / (f + t^2) (DLMF 8.17, Abramowitz and Stegun 26.7.1). */
function studentTCdf(t: number, freedom: number): number {
  return 1 - regularizedBeta(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
}

/** I_x(a, b), the regularized incomplete beta function, by its continued fraction (DLMF 8.17.22). */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges quickly below the mean; above it, use I_x(a, b) = 1 - I_{1-x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const logFront =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(1 - x);
  return (Math.exp(logFront) * betaFraction(x, a, b)) / a;
}

/** The continued fraction of DLMF 8.17.22, evaluated by Lentz's method (DLMF 3.10(iii)). */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const nonZero = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= 500; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d);
    c = nonZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d);
    c = nonZero(1 + odd / c);
    const factor = d * c;
    fraction *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return fraction;
}

/** ln Γ(x) for x > 0: Stirling's series (DLMF 5.11.1) above 10, the recurrence Γ(x+1) = xΓ(x) below. */
function logGamma(x: number): number {
  if (x < 10) return logGamma(x + 1) - Math.log(x);
  const inverse = 1 / (x * x);
  const series = 1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680));
  return (x - 0.5) * Math.log(x) - x + Math.log(2 * Math.PI) / 2 + series / x;
}

/** Two-sided p-value of `deviation`, in standard errors, where nothing is there to be found. */
export function twoSidedP(deviation: number, freedom: number): number {
  return 2 * (1 - studentTCdf(Math.abs(deviation), freedom));
}

/** With so many degrees of freedom Student's t is the normal distribution, to six digits. */
const normalFreedom = 1e7;

/**
 * t / z: by so much a percentile interval of few replicates is too narrow (the expanded percentile interval of
 * Hesterberg, What teachers should know about the bootstrap, 2015).
 */
export function expansion(freedom: number, confidence: number): number {
  const p = (1 + confidence) / 2;
  return studentTQuantile(p, freedom) / studentTQuantile(p, normalFreedom);
}
