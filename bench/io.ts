/** Where a command writes, and how it is told to stop: the real streams, or a test's. */
export interface Output {
  write(text: string): void;
  /** A terminal, on which a line may be written over. */
  readonly isTty: boolean;
}

export interface Io {
  readonly out: Output;
  readonly err: Output;
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
}

export const exitCodes = {
  fine: 0,
  missed: 1,
  wrongInput: 2,
  invalid: 3,
  interrupted: 130,
} as const;
