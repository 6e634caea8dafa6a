/**
 * The coefficients b that minimise the sum of weight × (y − x·b)², by the normal equations and
 * Gauss-Jordan elimination with pivoting (Draper and Smith, Applied Regression Analysis, 1.4 and 2.11).
 * Undefined where the rows do not determine them.
 */
export function leastSquares(
  rows: readonly (readonly number[])[],
  y: readonly number[],
  weights: readonly number[],
): number[] | undefined {
  const size = rows[0]?.length ?? 0;
  const matrix = Array.from({ length: size }, () => new Array<number>(size + 1).fill(0));
  for (const [index, row] of rows.entries()) {
    const weight = weights[index] as number;
    for (let i = 0; i < size; i++) {
      const line = matrix[i] as number[];
      const scaled = weight * (row[i] as number);
      for (let j = 0; j < size; j++) line[j] = (line[j] as number) + scaled * (row[j] as number);
      line[size] = (line[size] as number) + scaled * (y[index] as number);
    }
  }
  return solve(matrix);
}

/** Solves the linear equations of an augmented matrix, in place. */
function solve(matrix: number[][]): number[] | undefined {
  const size = matrix.length;
  for (let column = 0; column < size; column++) {
    const pivot = largestBelow(matrix, column);
    const line = matrix[pivot] as number[];
    const head = line[column] as number;
    if (Math.abs(head) < 1e-300) return undefined;
    matrix[pivot] = matrix[column] as number[];
    matrix[column] = line.map((value) => value / head);
    for (let other = 0; other < size; other++) {
      if (other === column) continue;
      const factor = matrix[other]?.[column] as number;
      matrix[other] = (matrix[other] as number[]).map(
        (value, i) => value - factor * (matrix[column]?.[i] as number),
      );
    }
  }
  return matrix.map((line) => line[size] as number);
}

function largestBelow(matrix: readonly number[][], column: number): number {
  let best = column;
  for (let row = column + 1; row < matrix.length; row++) {
    const size = Math.abs(matrix[row]?.[column] as number);
    if (size > Math.abs(matrix[best]?.[column] as number)) best = row;
  }
  return best;
}
