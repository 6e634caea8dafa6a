import { strategies as ourStrategies } from "../../src/strategies/registry.ts";
import { describeGit } from "../environment.ts";
import { UserError } from "../errors.ts";
import type { CompareConfig, CompareSubjects } from "../flags/compare.ts";
import type { Rival } from "../plan.ts";
import type { Result } from "../result.ts";
import { formatRevision } from "../units.ts";
import { type Checkout, checkOut, resolveRevision } from "./checkout.ts";
import type { Match } from "./match.ts";

/** What is raced now, and not read from files. */
export type LiveSubjects = Exclude<CompareSubjects, { kind: "files" }>;

/** With a name for people, and what is to be removed afterwards; without a checkout it is this one. */
interface Side {
  readonly name: string;
  readonly checkout?: Checkout;
}

/** Both sides of what is compared. */
export interface Contest {
  readonly base: Side;
  readonly head: Side;
  readonly matches: readonly Match[];
  readonly leftOut: LeftOut;
}

/** What is not compared, and why. */
export type LeftOut = NonNullable<NonNullable<Result["compared"]>["leftOut"]>;

/** Checks out what is to be compared; a UserError where it cannot be, with nothing left behind. */
export async function setUp(
  subjects: LiveSubjects,
  config: CompareConfig,
  signal: AbortSignal,
): Promise<Contest> {
  const cells = config.fixtures.flatMap((fixture) =>
    config.connections.map((connections) => ({ fixture, connections })),
  );
  if (subjects.kind === "strategies") {
    const base: Rival = { strategy: subjects.base };
    const head: Rival = { strategy: subjects.head };
    const matches = cells.map((cell) => ({ ...cell, base, head }));
    const [ours, theirs] = [{ name: subjects.base }, { name: subjects.head }];
    return { base: ours, head: theirs, matches, leftOut: [] };
  }
  const baseRevision = resolveRevision(subjects.base);
  const headRevision = subjects.head === undefined ? undefined : resolveRevision(subjects.head);
  const base = await checkOut(baseRevision, signal);
  const head = headRevision ? await checkOutBeside(base, headRevision, signal) : undefined;
  const sides = {
    base: { name: short(subjects.base, baseRevision), checkout: base },
    head: head
      ? { name: short(subjects.head ?? "", head.revision), checkout: head }
      : { name: workTree() },
  };
  let strategies: readonly string[];
  try {
    strategies = strategiesOfBoth(config, sides);
  } catch (error) {
    base.remove();
    head?.remove();
    throw error;
  }
  const matches = strategies.flatMap((strategy) =>
    cells.map((cell) => ({
      ...cell,
      base: { strategy, checkout: base.folder },
      head: head ? { strategy, checkout: head.folder } : { strategy },
    })),
  );
  const leftOut = config.strategies
    .filter((name) => !strategies.includes(name))
    .map((what) => ({ what, why: "head has no such strategy" }));
  return { ...sides, matches, leftOut };
}

/** Those that were asked for; of a gate, which is base's, without what head has removed: that must be able to pass. */
function strategiesOfBoth(
  { strategies: wanted, gateOfBase }: CompareConfig,
  { base, head }: Pick<Contest, "base" | "head">,
): readonly string[] {
  refuseUnknown(wanted, base, gateOfBase);
  const left = wanted.filter((name) => strategiesOf(head).includes(name));
  if (!gateOfBase || left.length === 0) refuseUnknown(wanted, head, gateOfBase);
  return left;
}

function strategiesOf({ checkout }: Side): readonly string[] {
  return checkout?.strategies ?? ourStrategies.map(({ name }) => name);
}

function refuseUnknown(wanted: readonly string[], side: Side, ofGate: boolean): void {
  const strategies = strategiesOf(side);
  const unknown = wanted.find((name) => !strategies.includes(name));
  if (unknown === undefined) return;
  const known = strategies.filter((name) => wanted.includes(name)).join(",");
  const advice = known === "" ? "there is nothing to compare" : `-s ${known} leaves it out`;
  const hint = ofGate ? "bench/gate.json of base names it" : advice;
  throw new UserError(`${side.name} has no strategy "${unknown}"; ${hint}`);
}

function workTree(): string {
  const git = describeGit();
  return git === undefined ? "the work tree" : `the work tree (${formatRevision(git)})`;
}

/** The second checkout; the first must not stay behind when it fails. */
async function checkOutBeside(
  first: Checkout,
  revision: string,
  signal: AbortSignal,
): Promise<Checkout> {
  try {
    return await checkOut(revision, signal);
  } catch (error) {
    first.remove();
    throw error;
  }
}

function short(name: string, revision: string): string {
  const hash = revision.slice(0, 8);
  return name === hash || revision.startsWith(name) ? hash : `${name} (${hash})`;
}
