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
