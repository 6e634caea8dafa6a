/** One task waiting for one event. A second wait while the first is pending is an error. */
export class Waiter {
  private pending: PromiseWithResolvers<void> | undefined;

  get waiting(): boolean {
    return this.pending !== undefined;
  }

  /** Resolves at the next `wake`, rejects at the next `fail`. `who` names the caller in the error. */
  wait(who: string): Promise<void> {
    if (this.pending !== undefined) {
      throw new Error(
        `${who}() called while another coroutine is already waiting for incoming data`,
      );
    }
    this.pending = Promise.withResolvers<void>();
    return this.pending.promise;
  }

  wake(): void {
    const pending = this.pending;
    this.pending = undefined;
    pending?.resolve();
  }

  fail(error: Error): void {
    const pending = this.pending;
    this.pending = undefined;
    pending?.reject(error);
  }
}
