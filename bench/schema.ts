import { join } from "node:path";
import { z } from "zod";
import { resultSchema } from "./result.ts";

/** Where the JSON Schema of results is published. */
export const schemaPath = join(import.meta.dir, "result.schema.json");

/** The JSON Schema of a result, as text. Fields are added to it, so that it refuses none that it does not know. */
export function resultJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(resultSchema, { io: "input" }), null, 2)}\n`;
}

// `bun run schema` writes it anew; a test compares.
if (import.meta.main) await Bun.write(schemaPath, resultJsonSchema());
