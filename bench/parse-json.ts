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
    const [first = "", ...others] = [
      ...unknown,
      ...issues.filter((own) => !unknown.includes(own)),
    ].map(describe);
    const [second] = others;
    if (unknown.length === 0 || second === undefined) return withMore(first, others.length);
    return withMore(`${first}, and ${second}`, others.length - 1);
  } catch (error) {
    return text.trim() === "" ? "it is empty" : asError(error).message;
  }
}

function describe({ path, message }: z.core.$ZodIssue): string {
  const where = path.join(".");
  if (where === "") return message;
  return message.endsWith("received undefined") ? `${where} is missing` : `${where}: ${message}`;
}

function withMore(text: string, count: number): string {
  return count > 0 ? `${text}, and ${count} more` : text;
}
