import { version } from "../../package.json";
import { type Result, schemaVersion } from "../result.ts";

/** What a command has measured, as a result that ends now, made by this version. */
export function finishResult({
  kind,
  startedAt,
  ...rest
}: Omit<Result, "schemaVersion" | "tool" | "finishedAt">): Result {
  return {
    schemaVersion,
    tool: { name: "readrace", version },
    kind,
    startedAt,
    finishedAt: new Date().toISOString(),
    ...rest,
  };
}
