import { pooled, sumRecordings, sumSlices } from "../metrics/metric.ts";
import { plural } from "../units.ts";
import type { Check } from "./check.ts";

/** issued = ok + failed + unfinished, and every good answer is in the histogram, each once. */
export const counts: Check = (sample) => {
  const issued = sumSlices(sample, ({ requests }) => requests.issued);
  const ok = sumSlices(sample, ({ requests }) => requests.ok);
  const failed = sumSlices(sample, ({ requests }) => requests.failed);
  const unfinished = sumSlices(sample, ({ requests }) => requests.unfinished);
  const recorded = pooled(sample, ({ serviceTime }) => serviceTime)?.totalCount ?? 0;
  const errors = sumRecordings(sample, (recording) =>
    Object.values(recording.errors).reduce((sum, count) => sum + count, 0),
  );
  const addsUp = issued === ok + failed + unfinished && ok === recorded && failed === errors;
  return {
    check: "counts",
    ok: addsUp && issued > 0,
    detail:
      `${issued} issued = ${ok} ok + ${failed} failed + ${unfinished} unfinished; ` +
      `${recorded} service times and ${errors} errors recorded`,
  };
};

/** Failures so rare that they cannot move a figure. */
const toleratedFailures = 0.001;

export const failures: Check = (sample) => {
  const issued = sumSlices(sample, ({ requests }) => requests.issued);
  const failed = sumSlices(sample, ({ requests }) => requests.failed);
  const kinds = new Set(
    sample.replicates.flatMap(({ recording }) => Object.keys(recording.errors)),
  );
  const named = kinds.size > 0 ? ` (${[...kinds].join(", ")})` : "";
  const answered = sumSlices(sample, (slice) => slice.answered);
  const outside = sumRecordings(sample, ({ uncountedErrors }) =>
    Object.values(uncountedErrors).reduce((sum, count) => sum + count, 0),
  );
  const beside = outside > 0 ? `, and ${outside} outside of the windows` : "";
  const reopened = sumRecordings(sample, (recording) => recording.reopened);
  const again =
    reopened > 0 ? `; ${plural(reopened, "connection")} opened again, after 2 ms to 1 s` : "";
  return {
    check: "failures",
    ok: failed <= issued * toleratedFailures && outside <= answered * toleratedFailures,
    detail: `${failed} of ${issued} requests failed${named}${beside}${again}`,
  };
};

/**
 * Every replicate that was answered compared at least one body with the expected one, and met no wrong one.
 * At a low rate nothing may be due in one.
 */
export const bodies: Check = (sample) => {
  const unverified = sample.replicates.filter(
    ({ recording, slices }) =>
      recording.verifiedBodies === 0 && slices.some(({ answered }) => answered > 0),
  );
  const wrong = sumRecordings(sample, ({ uncountedErrors, errors }) =>
    ["wrong-body", "wrong-length", "wrong-status"].reduce((sum, kind) => {
      const key = kind as keyof typeof errors;
      return sum + (uncountedErrors[key] ?? 0) + (errors[key] ?? 0);
    }, 0),
  );
  const verified = sumRecordings(sample, ({ verifiedBodies }) => verifiedBodies);
  return {
    check: "bodies",
    ok: unverified.length === 0 && wrong === 0,
    detail:
      `${verified} bodies compared by SHA-256, the length of all others; ${wrong} wrong answers` +
      (unverified.length > 0
        ? `; ${unverified.length} processes compared none${wrong > 0 ? ": only what gives the same answer each time can be raced" : ""}`
        : ""),
  };
};
