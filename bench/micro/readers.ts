import { parsingStrategies } from "../../src/strategies/registry.ts";

/** The strategies that can be fed from memory, the same chunks again and again. */
export const readers = parsingStrategies.filter(({ takesChunks }) => takesChunks === undefined);
