/** A server that answers 2 % more slowly than it is asked is one that falls behind. */
const leastGrowth = 0.02;

/**
 * In standard errors, which are too small here, since requests that wait behind each other wait alike: 2
 * would see growth in every queue that is short of being steady.
 */
const leastSignificance = 5;

/**
 * Whether an open loop's backlog grows throughout. Response times then grow with the due instant, each
 * second by asked ÷ answered − 1: an ordinary least squares line through both, whose sums are brought up
 * to date answer by answer (Welford, Technometrics 4, 1962).
 */
export class Backlog {
  private count = 0;
  private meanDue = 0;
  private meanResponse = 0;
  private dueSquares = 0;
  private responseSquares = 0;
  private products = 0;

  /** In any one unit. */
  answered(due: number, response: number): void {
    this.count++;
    const dueOff = due - this.meanDue;
    const responseOff = response - this.meanResponse;
    this.meanDue += dueOff / this.count;
    this.meanResponse += responseOff / this.count;
    this.dueSquares += dueOff * (due - this.meanDue);
    this.responseSquares += responseOff * (response - this.meanResponse);
    this.products += dueOff * (response - this.meanResponse);
  }

  get grows(): boolean {
    const { count, dueSquares, responseSquares, products } = this;
    if (count < 3 || dueSquares === 0) return false;
    const slope = products / dueSquares;
    const residuals = Math.max(0, responseSquares - slope * products);
    const standardError = Math.sqrt(residuals / (count - 2) / dueSquares);
    return slope >= leastGrowth && slope >= leastSignificance * standardError;
  }
}
