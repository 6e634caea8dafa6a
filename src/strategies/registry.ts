import { asyncIterator } from "./async-iterator.ts";
import { byob } from "./byob.ts";
import { callback } from "./callback.ts";
import { chunkLoop } from "./chunk-loop.ts";
import { floor } from "./floor.ts";
import { future } from "./future.ts";
import { nodeStream } from "./node-stream.ts";
import type { ParsingStrategy, Strategy } from "./strategy.ts";
import { webStreams } from "./web-streams.ts";

/** Strategies that parse every response: the conformance suite runs over these. */
export const parsingStrategies: readonly ParsingStrategy[] = [
  callback,
  future,
  chunkLoop,
  webStreams,
  asyncIterator,
  byob,
  nodeStream,
];

/** Every strategy, in the order in which reports show them. */
export const strategies: readonly Strategy[] = [...parsingStrategies, floor];

/** The strategy of that name; throws for a name that is not in the registry. */
export function findStrategy(name: string): Strategy {
  const strategy = strategies.find((candidate) => candidate.name === name);
  if (strategy === undefined) throw new Error(`no strategy is named "${name}"`);
  return strategy;
}
