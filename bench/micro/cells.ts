import type { AuditLine } from "../audit/check.ts";
import { createHistogram, encodeHistogram } from "../load/histogram.ts";
import { nsPerResponse } from "../metrics/ns-per-response.ts";
import type { CellResult } from "../result.ts";
import { meanEstimate, nonNegative } from "../stats/interval.ts";
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
  const { value, interval } = meanEstimate(perProcess);
  const count = samplesNs.reduce((sum, own) => sum + own.length, 0);
  const audit = steady(samplesNs);
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
      [nsPerResponse.key]: {
        value,
        unit: nsPerResponse.unit,
        better: nsPerResponse.better,
        ...(interval && { interval: nonNegative(interval, perProcess) }),
      },
    },
    replicates: perProcess.map((ns) => ({ [nsPerResponse.key]: ns })),
    // A mean of a batch is not the time of any response: there is nothing to put in.
    histograms: { serviceTimeNs: encodeHistogram(createHistogram()) },
    boundBy: "client",
    micro: {
      bodyBytes: shape.bodyBytes,
      chunks: shape.chunks.length,
      headPieces: shape.headPieces,
      samplesNs,
    },
    audit: [audit],
    valid: audit.ok,
  };
}

/** Where more than half of the batches took so much longer than the lower quartile, that is no undisturbed one. */
const mostUnsteady = 1.5;

/** Whether what disturbs batches leaves the quartile that we take for typical alone. */
function steady(samplesNs: readonly (readonly number[])[]): AuditLine {
  const ratio = median(samplesNs.map((own) => median(own) / typicalNs(own)));
  const ok = ratio <= mostUnsteady;
  const advice = ok ? "" : "; most batches were disturbed: stop what else runs here";
  return {
    check: "steady",
    ok,
    detail: `the median batch took ${ratio.toFixed(2)} times the lower quartile${advice}`,
  };
}
