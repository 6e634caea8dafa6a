import type { CellSample, Recording } from "../load/sample.ts";
import { mostInFlight, pooled, sumRecordings, sumSlices } from "../metrics/metric.ts";
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
/** Nor do they where they took so little of the time that connections had: two that hang may be all there are. */
const toleratedTime = 0.01;

export const failures: Check = (sample) => {
  const issued = sumSlices(sample, ({ requests }) => requests.issued);
  const failed = sumSlices(sample, ({ requests }) => requests.failed);
  const ended = sumSlices(sample, (slice) => slice.ended);
  const outside = sumRecordings(sample, ({ uncountedErrors }) =>
    Object.values(uncountedErrors).reduce((sum, count) => sum + count, 0),
  );
  const share = shareOfTimeLost(sample);
  const took =
    share > toleratedTime
      ? `: failures, and the waits after them, took ${Math.round(share * 100)} % of the connections' time`
      : "";
  const kindsOutside = kindsOf(sample, ({ uncountedErrors }) => uncountedErrors);
  const beside = outside > 0 ? `, and ${outside} outside of the windows${kindsOutside}` : "";
  const reopened = sumRecordings(sample, (recording) => recording.reopened);
  const afterWaits = failed + outside > 0 ? ", after 2 ms to 1 s where they had failed" : "";
  const again = reopened > 0 ? `; ${plural(reopened, "connection")} opened again${afterWaits}` : "";
  return {
    check: "failures",
    ok:
      failed <= issued * toleratedFailures &&
      outside <= ended * toleratedFailures &&
      !(share > toleratedTime),
    detail: `${failed} of ${plural(issued, "request")} failed${kindsOf(sample, ({ errors }) => errors)}${took}${beside}${again}`,
  };
};

/** Of the time that connections had in the windows, what went to requests that failed, or to nothing. */
function shareOfTimeLost(sample: CellSample): number {
  const lostNs = sumSlices(sample, (slice) => slice.lostNs ?? 0);
  const windowsNs = sumSlices(sample, ({ windowNs }) => windowNs);
  return lostNs / (windowsNs * mostInFlight(sample));
}

/** The kinds of `errors` in parentheses; of what the client has thrown, what it said of itself. */
function kindsOf(
  { replicates }: CellSample,
  errors: (recording: Recording) => Recording["errors"],
): string {
  const kinds = new Set(replicates.flatMap(({ recording }) => Object.keys(errors(recording))));
  if (kinds.size === 0) return "";
  const said = replicates.find(({ recording }) => recording.clientFault !== undefined)?.recording;
  const fault = said === undefined ? "client-fault" : `client-fault: "${said.clientFault}"`;
  return ` (${[...kinds].map((kind) => (kind === "client-fault" ? fault : kind)).join(", ")})`;
}

/** An answer of another status has a body of its own: it is a failure, of which a few are tolerated. */
const wrongKinds = ["wrong-body", "wrong-length"] as const;

/**
 * Every replicate that had a good answer compared at least one body with the expected one, and met no wrong one.
 * At a low rate nothing may be due in one.
 */
export const bodies: Check = (sample) => {
  const unverified = sample.replicates.filter(
    ({ recording, slices }) =>
      recording.verifiedBodies === 0 && slices.some(({ requests }) => requests.ok > 0),
  );
  const wrong = sumRecordings(sample, ({ uncountedErrors, errors }) =>
    wrongKinds.reduce((sum, kind) => sum + (uncountedErrors[kind] ?? 0) + (errors[kind] ?? 0), 0),
  );
  const verified = sumRecordings(sample, ({ verifiedBodies }) => verifiedBodies);
  return {
    check: "bodies",
    ok: unverified.length === 0 && wrong === 0,
    detail:
      `${verified} bodies compared by SHA-256, the length of all others; ${wrong} wrong answers` +
      (unverified.length > 0
        ? `; ${plural(unverified.length, "process", "processes")} compared none${wrong > 0 ? ": only what gives the same answer each time can be raced" : ""}`
        : ""),
  };
};
