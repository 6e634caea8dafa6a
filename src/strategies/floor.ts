import { CallbackProtocol } from "./callback.ts";
import { CountingCollector } from "./counting-collector.ts";
import type { Answer, Strategy } from "./strategy.ts";

/**
 * A null client: callbacks that only count bytes. What it costs is what the wire and the runtime cost
 * by themselves.
 */
export const floor: Strategy = {
  name: "floor",
  summary: "a null client that only counts bytes: the cost of the wire and the runtime alone",
  core: false,
  async connect(dial, reading) {
    const protocol = new CallbackProtocol<Answer>(new CountingCollector(reading));
    await dial(protocol);
    return protocol;
  },
};
