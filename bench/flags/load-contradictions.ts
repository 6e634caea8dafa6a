import { fixtures } from "../../fixtures/registry.ts";
import { UserError } from "../errors.ts";
import { firstByteP50 } from "../metrics/arrival.ts";
import { serverCpuPerRequest } from "../metrics/cost.ts";
import { metrics } from "../metrics/registry.ts";
import type { RaceSettings } from "../plan.ts";
import { references } from "../references/registry.ts";
import type { Threshold } from "../threshold.ts";
import { plural } from "../units.ts";
import type { TargetConfig } from "./target.ts";

/** Who is raced, on what, and how. */
export interface Raced {
  readonly strategies: readonly string[];
  readonly fixtures: readonly string[];
  readonly connections: readonly number[];
  readonly settings: RaceSettings;
  readonly target: TargetConfig;
  readonly thresholds: readonly Threshold[];
}

/** Throws a UserError where flags are right by themselves, and together are not. */
export function refuseContradictions(raced: Raced): void {
  refuseToPipeline(raced);
  refuseIdleWorkers(raced);
  refuseUnequalWorkers(raced);
  refuseOpenMetrics(raced);
  refuseUnmeasured(raced);
}

function refuseToPipeline({ settings, strategies, fixtures: chosen, target }: Raced): void {
  if (settings.pipeline === 1) return;
  if (settings.reading === "eof") {
    throw new UserError(
      "--pipeline and --close: a connection that carries one request has no queue",
    );
  }
  const reference = references.find(({ name }) => strategies.includes(name));
  if (reference !== undefined) {
    throw new UserError(`--pipeline: ${reference.name} cannot; leave it out of -s`);
  }
  const last = fixtures.find(
    ({ name, delivery }) => delivery.kind === "until-eof" && chosen.includes(name),
  );
  if (last !== undefined) {
    throw new UserError(`--pipeline: ${last.name} ends its connection; leave it out of -f`);
  }
  if (target.kind === "own" && target.source === "disk") {
    throw new UserError(
      "--pipeline: Bun.serve closes a connection with a second request while it reads a file; use --server memory or routes",
    );
  }
}

function refuseIdleWorkers({ settings: { workers }, connections }: Raced): void {
  const least = Math.min(...connections);
  if (workers <= least) return;
  throw new UserError(
    `-w ${workers} share out ${plural(least, "connection")}, which leaves some without one: say -c ${workers} or more, or -w ${least}`,
  );
}

/** In open loop each has the same part of the rate: with fewer connections it would fall behind alone. */
function refuseUnequalWorkers({ settings: { workers, open }, connections }: Raced): void {
  const unequal = connections.find((count) => count % workers !== 0);
  if (open === undefined || unequal === undefined) return;
  throw new UserError(
    `-w ${workers} cannot share out ${unequal} connections equally, and shares the rate so: say -c ${unequal + workers - (unequal % workers)}`,
  );
}

function refuseOpenMetrics({ settings: { open }, thresholds }: Raced): void {
  if (open !== undefined) return;
  const ofOpenLoops = metrics.filter(({ openLoopOnly }) => openLoopOnly).map(({ key }) => key);
  for (const { metric, text } of thresholds) {
    if (!ofOpenLoops.includes(metric)) continue;
    throw new UserError(`--threshold '${text}': ${metric} is of an open loop; give a rate with -R`);
  }
}

/** What no cell of this race has: to wait for its end to say so would be late. */
function refuseUnmeasured({ settings: { pipeline }, target, thresholds }: Raced): void {
  for (const { metric, text } of thresholds) {
    if (metric === serverCpuPerRequest.key && target.kind === "other") {
      throw new UserError(`--threshold '${text}': the CPU of a --target is not known`);
    }
    if (metric === firstByteP50.key && pipeline > 1) {
      throw new UserError(`--threshold '${text}': with --pipeline first bytes are not timed`);
    }
  }
}
