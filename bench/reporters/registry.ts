import { json } from "./json.ts";
import type { Reporter } from "./reporter.ts";
import { text } from "./text.ts";

/** Every reporter, by its name on the command line. */
export const reporters: readonly Reporter[] = [text, json];
