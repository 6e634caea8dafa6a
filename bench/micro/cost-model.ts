import { meanEstimate } from "../stats/interval.ts";
import { leastSquares } from "../stats/least-squares.ts";
import { median } from "../stats/quantile.ts";
import { isHeldOut, type Shape } from "./grid.ts";

/** A coefficient with its 95 % interval over processes. */
export interface Cost {
  readonly value: number;
  readonly interval?: [number, number];
}

/**
 * What a strategy costs: ns = perResponse + perChunk × chunks + perHeadPiece × head pieces +
 * perByte × bytes. A chunk that ends within the head costs more than one of the body, since what has
 * come of the head is searched and kept.
 */
export interface CostModel {
  readonly strategy: string;
  readonly perResponseNs: Cost;
  readonly perChunkNs: Cost;
  readonly perHeadPieceNs: Cost;
  readonly perByteNs: Cost;
  /** The four coefficients of each process, in the order above and in that of time. */
  readonly processes: number[][];
  /** Median of the relative errors of prediction on points that the model was not fitted on. */
  readonly heldOutError: number;
  /** The held-out point that it misses most, and by how much. */
  readonly worst: { readonly point: string; readonly error: number };
  /** Whether the median error is at most 10 %. */
  readonly holds: boolean;
}

const mostError = 0.1;

/**
 * Fits a model to each process, by least squares of the relative error: their coefficients give the
 * means and intervals, while predictions come from a fit to the median over processes. `processes` holds the ns of each point of the grid, for each process.
 */
export function fitCostModel(
  strategy: string,
  shapes: readonly Shape[],
  processes: readonly (readonly number[])[],
): CostModel {
  const fits = processes.map((own) => fit(shapes, own));
  const cost = (at: number) => asCost(fits.map((fitted) => fitted[at] as number));
  const costs = {
    perResponseNs: cost(0),
    perChunkNs: cost(1),
    perHeadPieceNs: cost(2),
    perByteNs: cost(3),
  };
  const central = shapes.map((_, at) => median(processes.map((own) => own[at] as number)));
  const coefficients = fit(shapes, central);
  const errors = shapes.flatMap((shape, index) => {
    if (!isHeldOut(index)) return [];
    const predicted = terms(shape).reduce(
      (sum, term, at) => sum + term * (coefficients[at] as number),
      0,
    );
    return [{ point: shape.name, error: predicted / (central[index] as number) - 1 }];
  });
  const heldOutError = median(errors.map(({ error }) => Math.abs(error)));
  const worst = errors.reduce((most, next) =>
    Math.abs(next.error) > Math.abs(most.error) ? next : most,
  );
  const holds = heldOutError <= mostError;
  return { strategy, ...costs, processes: fits, heldOutError, worst, holds };
}

function terms({ chunks, headPieces, bodyBytes }: Shape): number[] {
  return [1, chunks.length, headPieces, bodyBytes];
}

/** Weights of 1 / y² make an error of 10 % count the same at 1 µs and at 1 ms. */
function fit(shapes: readonly Shape[], nsOfShapes: readonly number[]): number[] {
  const used = shapes
    .map((shape, index) => ({
      row: terms(shape),
      ns: nsOfShapes[index] as number,
      index,
    }))
    .filter(({ index }) => !isHeldOut(index));
  const coefficients = leastSquares(
    used.map(({ row }) => row),
    used.map(({ ns }) => ns),
    used.map(({ ns }) => 1 / ns ** 2),
  );
  if (coefficients === undefined) throw new Error("the grid does not determine a cost model");
  return coefficients;
}

function asCost(values: readonly number[]): Cost {
  const { value, interval } = meanEstimate(values);
  return { value, ...(interval && { interval: [interval[0], interval[1]] }) };
}
