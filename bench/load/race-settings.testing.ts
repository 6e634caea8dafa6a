import { exactWarmUp, type RaceSettings, sameTimeouts, usualRace } from "../plan.ts";

/** A race of a second in four replicates, closed loop. */
export const raceSettings: RaceSettings = {
  ...usualRace,
  ...exactWarmUp(10),
  durationMs: 1000,
  sliceMs: 50,
  replicates: 4,
  timeouts: sameTimeouts(1000),
  seed: 1,
};
