import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { conformanceTablePath, renderConformanceTable } from "./conformance-table.ts";

test("CONFORMANCE.md is what the cases say; renew it with bun run conformance", () => {
  expect(readFileSync(conformanceTablePath, "utf8")).toBe(renderConformanceTable());
});
