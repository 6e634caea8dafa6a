import { authorityOf } from "../../src/http1/request.ts";
import type { Answer, Connection, ExchangeObserver } from "../../src/strategies/strategy.ts";
import { loadClient } from "../load/clients.ts";
import { clockNs } from "../load/clock.ts";
import { processCpuNs } from "../load/cpu.ts";
import type {
  GeneratorCommand,
  GeneratorOptions,
  GeneratorReport,
  SliceLength,
} from "../load/messages.ts";
import { noPace } from "../load/pace.ts";
import { Recorder } from "../load/recorder.ts";
import type { SliceSample } from "../load/sample.ts";
import { childOptions, failedReport, joinCoordinator } from "../system/child-side.ts";

/**
 * The least that can drive a client: a request for every answer, and a count. No clock is read, no
 * answer is looked at, nothing is recorded: what a generator takes more than this is the harness. It
 * speaks as a generator does, so that both can take turns.
 */
class BareLoop {
  private readonly sends: (() => void)[] = [];
  private running = false;
  private answers = 0;
  private busy = 0;
  private failure: Error | undefined;
  private stopped = false;

  /** Ends what is under way, now. */
  stop(): void {
    this.stopped = true;
    this.running = false;
  }

  private get going(): boolean {
    return this.failure === undefined && !this.stopped;
  }

  async open(options: GeneratorOptions): Promise<void> {
    const { strategy, endpoint, requestTarget, reading, timeouts, connections } = options;
    const client = await loadClient(strategy, undefined, options.transport);
    const request = client.encodeRequest({
      method: "GET",
      host: authorityOf(endpoint),
      target: requestTarget,
    });
    for (let i = 0; i < connections; i++) {
      let made: Connection | undefined;
      const { connection } = await client.connect(endpoint, reading, {
        connectTimeoutMs: timeouts.connectMs,
        observer: { dataArrived() {}, prefetch: () => made?.prefetch?.() },
      });
      made = connection;
      const observer: ExchangeObserver<Answer> = {
        keepBody: false,
        freeChunks: true,
        responded: () => {
          this.answers++;
          if (this.running) connection.exchange(request, observer);
          else this.busy--;
        },
        failed: (error) => {
          this.failure = error;
          this.busy--;
        },
      };
      this.sends.push(() => connection.exchange(request, observer));
    }
  }

  async slice(windowMs: number): Promise<SliceSample> {
    const beganNs = clockNs();
    this.running = true;
    this.busy = this.sends.length;
    const settled = this.answers + this.sends.length;
    for (const send of this.sends) send();
    // As a generator does: its window opens when every connection was answered once.
    while (this.answers < settled && this.going) await new Promise(setImmediate);
    const before = { ns: clockNs(), cpuNs: processCpuNs(), answers: this.answers };
    await Bun.sleep(windowMs);
    const windowNs = clockNs() - before.ns;
    const cpuNs = processCpuNs() - before.cpuNs;
    const completed = this.answers - before.answers;
    this.running = false;
    while (this.busy > 0 && this.going) await Bun.sleep(1);
    if (this.failure !== undefined) throw this.failure;
    return {
      windowNs,
      completed,
      cpuNs,
      requests: { issued: completed, ok: completed, failed: 0, unfinished: 0 },
      ended: completed,
      wholeNs: clockNs() - beganNs,
    };
  }
}

async function perform(
  loop: BareLoop,
  options: GeneratorOptions,
  command: GeneratorCommand,
): Promise<GeneratorReport | undefined> {
  switch (command.kind) {
    case "warm-up":
      await loop.open(options);
      for (const { slice, least } of command.phases) {
        for (let i = 0; i < least; i++) await loop.slice(windowOf(slice));
      }
      return { kind: "warmed-up", pace: noPace };
    case "slice":
      return { kind: "slice", ...(await loop.slice(windowOf(command.length))) };
    case "finish":
      return new Recorder(options.expected).report();
    case "stop":
      loop.stop();
      return undefined;
  }
}

function windowOf(length: SliceLength): number {
  if (length.kind !== "time") throw new Error(`a bare loop knows no slice of ${length.kind}`);
  return length.windowMs;
}

const options = childOptions<GeneratorOptions>();
const loop = new BareLoop();
const report = joinCoordinator<GeneratorCommand, GeneratorReport>((command) => {
  perform(loop, options, command).then(
    (said) => said && report(said),
    (error: unknown) => report(failedReport(error)),
  );
});
report({ kind: "ready" });
