import { UserError } from "../errors.ts";
import { responsePercentiles } from "../metrics/response-time.ts";
import { serviceMax, serviceMean, servicePercentiles } from "../metrics/service-time.ts";
import { parseThreshold, type Threshold } from "../threshold.ts";

export interface ObjectiveFlags {
  readonly findRate?: string;
  readonly rate?: string;
  readonly stages?: string;
  readonly requests?: string;
  readonly replicates?: string;
  readonly record?: true;
  readonly saveBaseline?: true;
  readonly threshold?: readonly string[];
}

/** What grows with the rate: CPU per request, say, shrinks, since a loop that waits for an instant spins. */
const growingMetrics = [...responsePercentiles, ...servicePercentiles, serviceMean, serviceMax];

/** What a search is for; undefined where none was asked for. */
export function readObjective({
  findRate,
  rate,
  stages,
  requests,
  replicates,
  record,
  saveBaseline,
  threshold,
}: ObjectiveFlags): Threshold | undefined {
  if (findRate === undefined) return undefined;
  if (rate !== undefined || stages !== undefined || requests !== undefined) {
    throw new UserError("--find-rate chooses the rates itself: leave out -R, --stages and -n");
  }
  if (replicates !== undefined) {
    throw new UserError("--find-rate: each trial is one replicate; leave out --replicates");
  }
  const keeper = record ? "--record" : saveBaseline ? "--save-baseline" : undefined;
  if (keeper) throw new UserError(`${keeper} keeps races, and --find-rate is none: leave it out`);
  if (threshold !== undefined) {
    throw new UserError("--find-rate: its trials are meant to miss; leave out --threshold");
  }
  const objective = parseThreshold(findRate, "--find-rate");
  const grows = growingMetrics.some(({ key }) => key === objective.metric);
  if (objective.operator !== "<" || !grows) {
    throw new UserError(
      `--find-rate '${findRate}': it goes by response and service times, which grow with the rate; name the most of one, like 'responseP99Ns<5ms'`,
    );
  }
  return objective;
}
