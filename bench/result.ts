import { z } from "zod";
import { errorKinds } from "../src/errors.ts";
import { boundByValues } from "./audit/bound.ts";
import { transportKinds } from "./load/transport.ts";
import { verdicts } from "./stats/verdict.ts";
import { units } from "./units.ts";

/** The format of result files. What others rely on is only added to, or `schemaVersion` rises. */
export const schemaVersion = 1;

const count = z.int().nonnegative();
const interval = z.tuple([z.number(), z.number()]);

const environment = z.object({
  runtime: z.string(),
  runtimeVersion: z.string(),
  os: z.string(),
  kernel: z.string(),
  arch: z.string(),
  cpu: z.string(),
  cores: count,
  memoryBytes: count,
  boundToCores: z.boolean().describe("server and generators each had cores of their own"),
  keptAwake: z
    .boolean()
    .optional()
    .describe("idle cores could not fall asleep, so that nothing waited for them to wake"),
  server: z.string().describe("memory, disk or routes; or the URL of a --target"),
  transport: z
    .enum(transportKinds)
    .optional()
    .describe("who read our sockets: ourselves while they were busy, or Bun (before it was told)"),
  git: z.object({ revision: z.string(), dirty: z.boolean() }).optional(),
});

const metric = z.object({
  value: z.number(),
  unit: z.enum(units),
  better: z.enum(["lower", "higher"]),
  interval: interval
    .optional()
    .describe(
      "95 % interval over replicates: of the mean, or of the median where the value is one (peers)",
    ),
});

const harnessOverhead = z
  .object({ ratio: z.number(), interval })
  .describe("CPU per request of a generator over that of a bare loop over the same client");

/** The arms of a comparison. */
export const sides = ["base", "head", "noise"] as const;

const cell = z.object({
  strategy: z.string(),
  side: z
    .enum(sides)
    .optional()
    .describe("in a comparison; noise is base once more, to show what no change looks like"),
  fixture: z.string(),
  connections: count.positive(),
  mode: z.enum(["closed", "open"]),
  rate: z.number().positive().optional(),
  workers: count.positive(),
  schedule: z
    .string()
    .optional()
    .describe(
      "open loop: what its mean rate does not say: its stages, or that arrivals are poisson",
    ),
  keptAlive: z.boolean(),
  pipeline: count
    .positive()
    .optional()
    .describe("requests under way on each connection at once, where they are more than one"),
  requests: z.object({
    issued: count,
    ok: count,
    failed: count,
    unfinished: count,
    unsent: count.optional().describe("open loop: due, and never sent for want of a connection"),
  }),
  errors: z.partialRecord(z.enum(errorKinds), count),
  reopened: count
    .optional()
    .describe(
      "connections opened in the place of lost ones; after a failure with a backoff of 2 ms to 1 s",
    ),
  status: z.record(z.string(), count),
  metrics: z.record(z.string(), metric),
  replicates: z
    .array(z.record(z.string(), z.number()))
    .describe("the metrics of each fresh process, in the order of time"),
  histograms: z.object({ serviceTimeNs: z.string(), responseTimeNs: z.string().optional() }),
  boundBy: z.enum(boundByValues),
  micro: z
    .object({
      bodyBytes: count,
      chunks: count,
      headPieces: count,
      samplesNs: z.array(z.array(z.number())),
    })
    .optional()
    .describe("readers fed from memory: ns per response in the order of time, for each process"),
  audit: z.array(z.object({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  valid: z.boolean(),
});

const cost = z.object({ value: z.number(), interval: interval.optional() });

const costModel = z
  .object({
    strategy: z.string(),
    perResponseNs: cost,
    perChunkNs: cost,
    perHeadPieceNs: cost,
    perByteNs: cost,
    processes: z
      .array(z.array(z.number()))
      .optional()
      .describe("these four of each process: strategies at the same place ran side by side"),
    heldOutError: z.number().describe("median relative error on points that were not fitted"),
    worst: z.object({ point: z.string(), error: z.number() }),
    holds: z.boolean(),
  })
  .describe("ns = perResponse + perChunk × chunks + perHeadPiece × head pieces + perByte × bytes");

const comparison = z.object({
  strategy: z.string(),
  baseline: z.string().describe("the strategy, revision or file that it is compared with"),
  fixture: z.string(),
  connections: count.positive(),
  metric: z.string(),
  ratio: z.number().positive(),
  interval: interval.optional(),
  verdict: z.enum(verdicts),
  reason: z.string().optional().describe("of a verdict that is inconclusive"),
  adjustedP: z.number().optional().describe("p-value, corrected by Holm for all of the run"),
  minDetectable: z.number().optional().describe("smallest effect that could have been found"),
  replicates: count.optional(),
  noise: z
    .object({ ratio: z.number().positive(), interval })
    .optional()
    .describe("base against itself, raced in the same rounds"),
  logRatios: z
    .array(z.array(z.number()))
    .optional()
    .describe("head over base, by replicate and round, in the order of time"),
});

const foundRate = z
  .object({
    strategy: z.string(),
    fixture: z.string(),
    connections: count.positive(),
    objective: z.string(),
    met: z.number().optional().describe("the highest rate that met the objective"),
    missed: z.number().optional().describe("the lowest rate that missed it"),
  })
  .describe("what --find-rate has found; the cells are its trials");

export const resultSchema = z.object({
  schemaVersion: z.literal(schemaVersion, {
    error: ({ input }) =>
      typeof input === "number"
        ? `it is of version ${input}, and this readrace reads ${schemaVersion}; use the one that has written it`
        : undefined,
  }),
  tool: z.object({ name: z.literal("readrace"), version: z.string() }),
  kind: z.enum(["load", "micro", "compare", "peers", "verify"]),
  startedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime(),
  command: z.string(),
  seed: count,
  interrupted: z.boolean().describe("stopped by hand; the cells hold what was measured before"),
  environment,
  cells: z.array(cell),
  comparisons: z.array(comparison).optional(),
  costModels: z.array(costModel).optional(),
  compared: z
    .object({
      base: z.string(),
      head: z.string(),
      leftOut: z
        .array(z.object({ what: z.string(), why: z.string() }))
        .optional()
        .describe("what was to be compared, or could have been, and was not"),
      differences: z
        .array(z.string())
        .optional()
        .describe("of the environments of two files, where they were to be ignored"),
    })
    .optional()
    .describe("the revisions, files or strategies of a comparison"),
  foundRates: z.array(foundRate).optional(),
  thresholds: z
    .array(z.object({ threshold: z.string(), missed: z.array(z.string()) }))
    .optional()
    .describe("each that was asked for, and in words where it was missed"),
  harnessOverhead: harnessOverhead.optional(),
  bareClientOffByNs: z
    .number()
    .optional()
    .describe(
      "where verify found something wrong: how late a client with nothing of ours is (p99)",
    ),
  peers: z
    .object({
      versions: z.record(z.string(), z.string()),
      missing: z.array(z.string()).describe("those that are not installed"),
      broken: z
        .array(z.object({ peer: z.string(), fixture: z.string(), reason: z.string() }))
        .optional()
        .describe("those that failed or did not end, and so sat out what was left of a fixture"),
    })
    .optional()
    .describe("the load generators that were raced against"),
  verdict: z.enum(verdicts).optional(),
  fault: z
    .string()
    .optional()
    .describe("why the run is not whole: it broke off, or, of verify, cases could not be run"),
});

export type HarnessOverhead = z.infer<typeof harnessOverhead>;
export type FoundRate = z.infer<typeof foundRate>;
export type Result = z.infer<typeof resultSchema>;
export type CellResult = Result["cells"][number];
export type Comparison = z.infer<typeof comparison>;
export type Environment = z.infer<typeof environment>;
