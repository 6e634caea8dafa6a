import { asError } from "../src/errors.ts";

/** What the user gave is wrong: shown as one line on stderr, exit code 2. Says how to mend it. */
export class UserError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UserError";
  }
}

/** What was under way was ended by hand before there was anything to keep: exit code 130. */
export class InterruptedError extends Error {
  constructor() {
    super("interrupted");
    this.name = "InterruptedError";
  }
}

/** What is wrong with code that could not be loaded, and where, with paths below `folder`. */
export function faultAndPlace(thrown: unknown, folder: string): string {
  const { message, stack = "" } = asError(thrown);
  // Of what does not parse Bun tells the place, which its types do not say.
  const { position } = thrown as { readonly position?: BuildMessage["position"] };
  const place = position
    ? `${position.file}:${position.line}:${position.column}`
    : /\(?(\/[^()\s]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
  return (place ? `${message} at ${place}` : message).replaceAll(`${folder}/`, "");
}
