/**
 * One task waiting for one event. A second wait while the first is pending is an error. A wait makes
 * its promise and nothing else: the executor is the same function each time.
 */
export class Waiter {
  private resolve: (() => void) | undefined;
  private reject: ((error: Error) => void) | undefined;
  private readonly arm = (resolve: () => void, reject: (error: Error) => void): void => {
    this.resolve = resolve;
    this.reject = reject;
  };

  get waiting(): boolean {
    return this.resolve !== undefined;
  }

  /** Resolves at the next `wake`, rejects at the next `fail`. `who` names the caller in the error. */
  wait(who: string): Promise<void> {
    if (this.resolve !== undefined) {
      throw new Error(`${who}() called while another read is already waiting for incoming data`);
    }
    return new Promise(this.arm);
  }

  wake(): void {
    const { resolve } = this;
    this.resolve = undefined;
    this.reject = undefined;
    resolve?.();
  }

  fail(error: Error): void {
    const { reject } = this;
    this.resolve = undefined;
    this.reject = undefined;
    reject?.(error);
  }
}
