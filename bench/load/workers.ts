import type { Rival } from "../plan.ts";
import type { Executor, Generator } from "./executor.ts";
import { mergeHistograms } from "./histogram.ts";
import type { SliceLength } from "./messages.ts";
import { noPace, slowestOf } from "./pace.ts";
import type { Recording, SliceSample } from "./sample.ts";

/**
 * Several generators that work as one: connections, requests and rate are totals, shared out exactly;
 * counts and CPU add up, histograms merge. One generator is passed through as it is.
 */
export async function startGroup(
  executor: Executor,
  rival: Rival,
  fixture: string,
  connections: number,
  workers: number,
): Promise<Generator> {
  const shares = Array.from({ length: workers }, (_, i) => shareOf(connections, workers, i));
  const members: Generator[] = [];
  try {
    for (const share of shares) members.push(await executor.start(rival, fixture, share));
  } catch (error) {
    await Promise.all(members.map((member) => member.abandon()));
    throw error;
  }
  const [only] = members;
  return workers === 1 && only !== undefined ? only : group(members, shares);
}

/** `shares` are the connections of each. */
function group(members: readonly Generator[], shares: readonly number[]): Generator {
  const stop = () => {
    for (const member of members) member.stop();
  };
  /** What all do at once. When one fails the others stop: their load would be in others' turns. */
  const together = <T>(act: (member: Generator, index: number) => Promise<T>): Promise<T[]> => {
    const acts = members.map((member, index) =>
      act(member, index).catch((error: unknown) => {
        stop();
        throw error;
      }),
    );
    return Promise.allSettled(acts).then(() => Promise.all(acts));
  };
  let pace = noPace;
  return {
    async warmUp(phases) {
      const paces = await together((member, index) =>
        member.warmUp(
          phases.map((phase) => ({ ...phase, slice: lengthOf(phase.slice, index, shares) })),
        ),
      );
      pace = slowestOf(paces);
      return pace;
    },
    async slice(length) {
      const besideMs = pace.longNs / 1e6;
      const ofAll = length.kind === "time" ? { ...length, besideMs } : length;
      return mergeSlices(
        await together((member, index) => member.slice(lengthOf(ofAll, index, shares))),
      );
    },
    stop,
    hurry(withinMs) {
      for (const member of members) member.hurry(withinMs);
    },
    async finish() {
      return mergeRecordings(await Promise.all(members.map((member) => member.finish())));
    },
    runBeforeOthers: () => members.map((member) => member.runBeforeOthers()).every(Boolean),
    async abandon() {
      await Promise.all(members.map((member) => member.abandon()));
    },
  };
}

function lengthOf(length: SliceLength, index: number, shares: readonly number[]): SliceLength {
  switch (length.kind) {
    case "time":
      return length;
    case "requests":
      return { ...length, count: proportionOf(length.count, shares, index) };
    case "open":
      return { ...length, share: { index, of: shares.length } };
  }
}

/**
 * Windows of workers run side by side, and each has its own length: rates add up. The window of all is as
 * long as theirs in the mean, and what happened in each is scaled to it.
 */
export function mergeSlices(parts: readonly SliceSample[]): SliceSample {
  const sum = (figure: (part: SliceSample) => number) =>
    parts.reduce((total, part) => total + figure(part), 0);
  // Of all there is no rate where one was stopped before it had measured.
  const isWhole = parts.every((part) => part.windowNs > 0);
  const windowNs = isWhole ? sum((part) => part.windowNs) / parts.length : 0;
  const inWindow = (figure: (part: SliceSample) => number) =>
    sum((part) => (part.windowNs > 0 ? (figure(part) * windowNs) / part.windowNs : 0));
  const [first] = parts;
  const serverCpuNs = first?.serverCpuNs;
  return {
    windowNs,
    completed: inWindow(({ completed }) => completed),
    cpuNs: inWindow(({ cpuNs }) => cpuNs),
    ...(first?.lostNs !== undefined && { lostNs: inWindow(({ lostNs = 0 }) => lostNs) }),
    requests: {
      issued: sum(({ requests }) => requests.issued),
      ok: sum(({ requests }) => requests.ok),
      failed: sum(({ requests }) => requests.failed),
      unfinished: sum(({ requests }) => requests.unfinished),
    },
    ...(first?.unsent !== undefined && { unsent: sum(({ unsent = 0 }) => unsent) }),
    ended: sum(({ ended }) => ended),
    ...(parts.some(({ gaveUp }) => gaveUp) && { gaveUp: true }),
    wholeNs: Math.max(...parts.map(({ wholeNs }) => wholeNs)),
    // Each worker has asked the same server over the same stretch.
    ...(serverCpuNs !== undefined && { serverCpuNs }),
  };
}

function mergeRecordings(parts: readonly Recording[]): Recording {
  const sum = (figure: (part: Recording) => number) =>
    parts.reduce((total, part) => total + figure(part), 0);
  const clientFault = parts.find((part) => part.clientFault !== undefined)?.clientFault;
  return {
    serviceTime: mergeHistograms(parts.map(({ serviceTime }) => serviceTime)),
    responseTime: mergeHistograms(parts.map(({ responseTime }) => responseTime)),
    lateness: mergeHistograms(parts.map(({ lateness }) => lateness)),
    firstByte: mergeHistograms(parts.map(({ firstByte }) => firstByte)),
    connect: mergeHistograms(parts.map(({ connect }) => connect)),
    bodyBytes: sum(({ bodyBytes }) => bodyBytes),
    chunks: sum(({ chunks }) => chunks),
    errors: addCounts(parts.map(({ errors }) => errors)),
    status: addCounts(parts.map(({ status }) => status)),
    verifiedBodies: sum(({ verifiedBodies }) => verifiedBodies),
    reopened: sum(({ reopened }) => reopened),
    uncountedErrors: addCounts(parts.map(({ uncountedErrors }) => uncountedErrors)),
    loopDelay: mergeHistograms(parts.map(({ loopDelay }) => loopDelay)),
    stoodStillNs: sum(({ stoodStillNs }) => stoodStillNs),
    memory: {
      startBytes: sum(({ memory }) => memory.startBytes),
      warmBytes: sum(({ memory }) => memory.warmBytes),
      endBytes: sum(({ memory }) => memory.endBytes),
      peakBytes: sum(({ memory }) => memory.peakBytes),
    },
    processCpuNs: sum(({ processCpuNs }) => processCpuNs),
    ...(clientFault !== undefined && { clientFault }),
  };
}

/** Adds up counts by their key. */
export function addCounts(
  parts: readonly Readonly<Partial<Record<string, number>>>[],
): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const part of parts) {
    for (const [key, count = 0] of Object.entries(part)) sums[key] = (sums[key] ?? 0) + count;
  }
  return sums;
}

/**
 * The part of `total` that falls to `index` in proportion to `shares`; the parts add up exactly. With as
 * many requests as another and fewer connections a worker would be at work longer.
 */
function proportionOf(total: number, shares: readonly number[], index: number): number {
  const sum = (end: number) => shares.slice(0, end).reduce((all, share) => all + share, 0);
  const upTo = (end: number) => Math.round((total * sum(end)) / sum(shares.length));
  return upTo(index + 1) - upTo(index);
}

/** The part of `total` that falls to `index` of `parts`; the parts add up exactly. */
export function shareOf(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}
