import type { CompareConfig, CompareSubjects } from "../compare-options.ts";
import { describeGit } from "../environment.ts";
import { UserError } from "../errors.ts";
import type { Io } from "../io.ts";
import type { Rival } from "../plan.ts";
import { type Checkout, checkOut, resolveRevision } from "./checkout.ts";
import type { Match } from "./match.ts";

/** What is raced now, and not read from files. */
export type LiveSubjects = Exclude<CompareSubjects, { kind: "files" }>;

/** Both sides of what is compared, with names for people, and what is to be removed afterwards. */
export interface Contest {
  readonly base: { readonly name: string; readonly checkout?: Checkout };
  readonly head: { readonly name: string; readonly checkout?: Checkout };
  readonly matches: readonly Match[];
}

/** Checks out what is to be compared; a UserError where it cannot be, with nothing left behind. */
export function setUp(subjects: LiveSubjects, config: CompareConfig, io: Pick<Io, "err">): Contest {
  const cells = config.fixtures.flatMap((fixture) =>
    config.connections.map((connections) => ({ fixture, connections })),
  );
  if (subjects.kind === "strategies") {
    const base: Rival = { strategy: subjects.base };
    const head: Rival = { strategy: subjects.head };
    const matches = cells.map((cell) => ({ ...cell, base, head }));
    return { base: { name: subjects.base }, head: { name: subjects.head }, matches };
  }
  const baseRevision = resolveRevision(subjects.base);
  const headRevision = subjects.head && resolveRevision(subjects.head);
  const base = checkOut(baseRevision);
  const head = headRevision ? checkOutBeside(base, headRevision) : undefined;
  const checkouts = head === undefined ? [base] : [base, head];
  let strategies = config.strategies;
  try {
    if (config.gateOfBase && head) strategies = withoutRemoved(strategies, head, io);
    for (const checkout of checkouts) refuseUnknown(strategies, checkout);
  } catch (error) {
    for (const checkout of checkouts) checkout.remove();
    throw error;
  }
  const matches = strategies.flatMap((strategy) =>
    cells.map((cell) => ({
      ...cell,
      base: { strategy, checkout: base.folder },
      head: head ? { strategy, checkout: head.folder } : { strategy },
    })),
  );
  return {
    base: { name: short(subjects.base, baseRevision), checkout: base },
    head: head
      ? { name: short(subjects.head ?? "", head.revision), checkout: head }
      : { name: workTree() },
    matches,
  };
}

/** The gate is base's: who removes a strategy must be able to pass. */
function withoutRemoved(
  wanted: readonly string[],
  head: Checkout,
  { err }: Pick<Io, "err">,
): readonly string[] {
  const left = wanted.filter((name) => head.strategies.includes(name));
  const gone = wanted.filter((name) => !head.strategies.includes(name));
  if (left.length === 0 || gone.length === 0) return wanted;
  err.write(`readrace: not compared, since head has no such strategy: ${gone.join(", ")}\n`);
  return left;
}

function refuseUnknown(wanted: readonly string[], { revision, strategies }: Checkout): void {
  const unknown = wanted.find((name) => !strategies.includes(name));
  if (unknown === undefined) return;
  const known = strategies.filter((name) => wanted.includes(name)).join(",");
  const hint = known === "" ? "there is nothing to compare" : `-s ${known} leaves it out`;
  throw new UserError(`${revision.slice(0, 8)} has no strategy "${unknown}"; ${hint}`);
}

function workTree(): string {
  const git = describeGit();
  if (git === undefined) return "the work tree";
  return `the work tree (${git.revision.slice(0, 8)}${git.dirty ? " with changes" : ""})`;
}

/** The second checkout; the first must not stay behind when it fails. */
function checkOutBeside(first: Checkout, revision: string): Checkout {
  try {
    return checkOut(revision);
  } catch (error) {
    first.remove();
    throw error;
  }
}

function short(name: string, revision: string): string {
  const hash = revision.slice(0, 8);
  return name === hash || revision.startsWith(name) ? hash : `${name} (${hash})`;
}
