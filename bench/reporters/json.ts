import type { Reporter } from "./reporter.ts";

export const json: Reporter = {
  name: "json",
  summary: "the result itself",
  render: (result) => `${JSON.stringify(result, null, 2)}\n`,
};
