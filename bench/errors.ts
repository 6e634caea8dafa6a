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

/** Where Bun says that code does not parse, and what it says of a module that is not there. */
export function isUnloadable(thrown: unknown): boolean {
  return thrown instanceof BuildMessage || thrown instanceof ResolveMessage;
}

/**
 * What is wrong with code that could not be loaded, and where, with paths below `folder`. It is told by code
 * that imports none of what may be broken.
 */
export function faultAndPlace(thrown: unknown, folder: string): string {
  const {
    message = String(thrown),
    stack = "",
    position,
  } = thrown as Partial<BuildMessage & Error>;
  const place = position
    ? `${position.file}:${position.line}:${position.column}`
    : /\(?(\/[^()\s]+:\d+:\d+)\)?$/m.exec(stack)?.[1];
  return (place ? `${message} at ${place}` : message).replaceAll(`${folder}/`, "");
}
