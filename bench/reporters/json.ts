import type { Reporter } from "./reporter.ts";

export const json: Reporter = {
  name: "json",
  summary: "the result itself",
  singleDocument: true,
  render: (result) => `${JSON.stringify(result, null, 2)}\n`,
};
