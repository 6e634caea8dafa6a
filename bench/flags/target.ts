import type { ServerSource } from "../../server/messages.ts";
import { UserError } from "../errors.ts";
import { readServerSource } from "./serve.ts";

/** What is raced against: our own server, or another's. */
export type TargetConfig =
  | { readonly kind: "own"; readonly source: ServerSource }
  | { readonly kind: "other"; readonly url: URL };

export interface TargetFlags {
  readonly server?: string;
  readonly target?: string;
  readonly fixture?: string;
}

/** The target that the flags name; a UserError where they contradict each other or name none. */
export function readTarget({ target, server, fixture }: TargetFlags): TargetConfig {
  const source = readServerSource(server ?? "memory");
  if (target === undefined) return { kind: "own", source };
  if (server !== undefined) {
    throw new UserError("--server is of our own server, and --target is another: leave one out");
  }
  const url = URL.parse(target);
  const [, port] = /^http:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(target) ?? [];
  if (url === null && Number(port) > 65_535) {
    throw new UserError(`--target ${target}: there is no port ${port}; ports end at 65535`);
  }
  if (url === null || url.protocol !== "http:") {
    throw new UserError(`--target ${target}: must be an http:// URL, like http://127.0.0.1:8000/`);
  }
  if (url.username !== "" || url.password !== "") {
    throw new UserError(
      "--target with a user or a password: no Authorization is sent; leave it out",
    );
  }
  if (url.search !== "" && fixture !== undefined) {
    throw new UserError(
      `--target ${target} and -f: fixtures lie below a path; leave out ${url.search}, or -f`,
    );
  }
  // Of this page only a browser knows.
  url.hash = "";
  return { kind: "other", url };
}
