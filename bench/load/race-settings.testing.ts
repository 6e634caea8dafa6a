import { exactWarmUp, type RaceSettings } from "../plan.ts";

/** A race of a second in four replicates, closed loop. */
export const raceSettings: RaceSettings = {
  durationMs: 1000,
  requests: undefined,
  ...exactWarmUp(10),
  workers: 1,
  open: undefined,
  mayExceedRate: true,
  watchMachine: true,
  sliceMs: 50,
  replicates: 4,
  reading: "message",
  pipeline: 1,
  transport: "direct",
  timeouts: { connectMs: 1000, firstByteMs: 1000, wholeMs: 1000 },
  seed: 1,
};
