import { writeSync } from "node:fs";
import type { Output } from "../io.ts";

/** A stream of this process, and why what was written to it did not arrive, if it did not. */
export interface Stream extends Output {
  readonly fault: Error | undefined;
}

/**
 * Writes at once and whole. Not process.stdout.write(), which in Bun 1.4.5 says nothing of a full disk.
 */
export function openStream(fd: number, isTty: boolean): Stream {
  let fault: Error | undefined;
  const write = (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    for (let at = 0; at < bytes.length && fault === undefined; ) {
      try {
        at += writeSync(fd, bytes, at);
      } catch (error) {
        // Nothing else comes from a write. Of src nothing is used here: it may be what cannot be loaded.
        const failed = error as NodeJS.ErrnoException;
        const { code } = failed;
        // A reader that has seen enough, like head(1), is no fault.
        if (code === "EPIPE") return;
        // A pipe that is full, and was made not to block by whoever has its other end.
        if (code === "EAGAIN") Bun.sleepSync(1);
        else fault = failed;
      }
    }
  };
  return {
    write,
    isTty,
    get fault() {
      return fault;
    },
  };
}
