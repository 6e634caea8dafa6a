import { parsingStrategies } from "../../src/strategies/registry.ts";

/** Whether a strategy can be fed from memory, the same chunks again and again. */
export function canBeFed(strategy: string): boolean {
  return !parsingStrategies.some(({ name, takesChunks }) => name === strategy && takesChunks);
}

/** The strategies that parse and can be fed so. */
export const readers = parsingStrategies.filter(({ name }) => canBeFed(name));
