import { expect, test } from "bun:test";
import { asReadError } from "./reference.ts";

const coded = (code: string) => Object.assign(new Error("no"), { code });

test.each([
  ["connect-refused", "a refused connection", coded("ECONNREFUSED")],
  ["malformed", "what node's parser refuses", coded("HPE_INVALID_VERSION")],
  [
    "malformed",
    "what undici's parser refuses",
    Object.assign(new Error("no"), { name: "HTTPParserError" }),
  ],
  ["reset", "an error without a code", new Error("no")],
  ["reset", "what is no error", "no"],
  ["reset", "a DOMException, whose code is a number", new DOMException("no", "AbortError")],
] as const)("%s: %s", (kind, _, thrown) => {
  expect(asReadError(thrown)).toMatchObject({ kind });
});
