import { createHistogram, encodeHistogram } from "../load/histogram.ts";
import type { CellResult } from "../result.ts";
import { meanEstimate } from "../stats/interval.ts";
import { median } from "../stats/quantile.ts";
import { shapes } from "./grid.ts";
import { type MicroSample, typicalNs } from "./run.ts";

/** The samples as cells of a result: a strategy at a point of the grid each. */
export function microCells(samples: readonly MicroSample[]): CellResult[] {
  return shapes.flatMap((_, at) =>
    samples.flatMap((sample) => (sample.processes.length > 0 ? [microCell(sample, at)] : [])),
  );
}

function microCell({ strategy, processes }: MicroSample, at: number): CellResult {
  const shape = shapes[at] as (typeof shapes)[number];
  const samplesNs = processes.map((points) =>
    (points[at] ?? []).map((ns) => Math.round(ns * 10) / 10),
  );
  const perProcess = samplesNs.map(typicalNs);
  const { interval } = meanEstimate(perProcess);
  const count = samplesNs.reduce((sum, own) => sum + own.length, 0);
  return {
    strategy,
    fixture: shape.name,
    connections: 1,
    mode: "closed",
    workers: 1,
    keptAlive: true,
    // A sample is a batch of responses, each of which was read to its end.
    requests: { issued: count, ok: count, failed: 0, unfinished: 0 },
    errors: {},
    status: {},
    metrics: {
      nsPerResponse: {
        value: median(perProcess),
        unit: "ns",
        better: "lower",
        ...(interval && { interval: [interval[0], interval[1]] }),
      },
    },
    replicates: perProcess.map((nsPerResponse) => ({ nsPerResponse })),
    // A mean of a batch is not the time of any response: there is nothing to put in.
    histograms: { serviceTimeNs: encodeHistogram(createHistogram()) },
    boundBy: "client",
    micro: {
      bodyBytes: shape.bodyBytes,
      chunks: shape.chunks.length,
      headPieces: shape.headPieces,
      samplesNs,
    },
    audit: [
      {
        check: "samples",
        ok: samplesNs.every((own) => own.length >= 12),
        detail: `${count} batches in ${samplesNs.length} processes`,
      },
    ],
    valid: samplesNs.every((own) => own.length >= 12),
  };
}
