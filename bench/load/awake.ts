import { openSync, readFileSync, writeSync } from "node:fs";

const kernelFiles = {
  wish: "/dev/cpu_dma_latency",
  idleDriver: "/sys/devices/system/cpu/cpuidle/current_driver",
};

/** Undefined until somebody has asked; the file stays open, and its wish in force, while we live. */
let keptAwake: boolean | undefined;

/**
 * Asks the kernel to let no idle core fall asleep until this process ends, as cyclictest does
 * (docs.kernel.org/power/pm_qos_interface.html): the file takes the longest wake-up that is bearable,
 * in µs, 32 bits. Without it a client that waits for an answer is charged for waking up: on a virtual
 * machine 30 to 300 µs a time, so that one connection made 13k requests/s at 38 µs of CPU each, and
 * 76k at 9 µs with it. Only root may, as a rule; for others nothing changes.
 */
export function keepCoresAwake(): void {
  keptAwake ??= askForNoSleep();
}

/** Whether cores were kept awake for what this process has measured. */
export function areCoresKeptAwake(): boolean {
  return keptAwake === true;
}

/**
 * Whether the wish is granted. Only an idle driver reads it: a kernel that has none, as on some virtual
 * machines, takes the wish and halts its idle cores all the same (do_idle in kernel/sched/idle.c).
 */
export function askForNoSleep({ wish, idleDriver } = kernelFiles): boolean {
  try {
    // Not "w", which would make the file where there is no such device.
    writeSync(openSync(wish, "r+"), new Uint8Array(4));
    return readFileSync(idleDriver, "utf8").trim() !== "none";
  } catch {
    return false;
  }
}
