import type { Libc } from "./libc.ts";

const CLOCK_MONOTONIC = 1;
const TFD_NONBLOCK = 0x800;
const TFD_CLOEXEC = 0x80000;

/**
 * A timerfd(2) that becomes readable at every tick, for an epoll. One for all sleeps: a timeout of each
 * sleep's own sets a timer of the machine's every time, which took a virtual machine 3 µs.
 */
export class Ticker {
  readonly fd: number;
  private readonly libc: Libc;
  private readonly ticks = new Uint8Array(8);

  /** Undefined where the kernel refuses. */
  static open(libc: Libc): Ticker | undefined {
    const fd = libc.timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    return fd < 0 ? undefined : new Ticker(libc, fd);
  }

  private constructor(libc: Libc, fd: number) {
    this.libc = libc;
    this.fd = fd;
  }

  start(periodMs: number): void {
    this.set(BigInt(periodMs * 1e6));
  }

  /** Takes a tick that has come: the next comes only after that. */
  take(): void {
    this.libc.read(this.fd, this.ticks, this.ticks);
  }

  stop(): void {
    this.set(0n);
  }

  /** An itimerspec: seconds and nanoseconds of the period, then of the first tick; zeros disarm it. */
  private set(periodNs: bigint): void {
    const spec = new Uint8Array(new BigInt64Array([0n, periodNs, 0n, periodNs]).buffer);
    this.libc.timerfd_settime(this.fd, 0, spec, null);
  }
}
