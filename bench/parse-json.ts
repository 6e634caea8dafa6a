import type { z } from "zod";
import { asError } from "../src/errors.ts";

/** What `text` holds by `schema`, or one line that says why it does not. */
export function parseJson<T extends object>(schema: z.ZodType<T>, text: string): T | string {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
    const { issues } = parsed.error;
    // A key that is misspelt explains why another is missing.
    const unknown = issues.filter(({ code }) => code === "unrecognized_keys");
    const [first, ...others] = [...unknown, ...issues.filter((own) => !unknown.includes(own))];
    const where =
      first === undefined ? "" : `${first.path.join(".") || "the top"}: ${first.message}`;
    return others.length > 0 ? `${where}, and ${others.length} more` : where;
  } catch (error) {
    return asError(error).message;
  }
}
