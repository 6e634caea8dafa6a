import { strategies } from "../../src/strategies/registry.ts";
import type { Strategy } from "../../src/strategies/strategy.ts";
import type { Reference } from "./reference.ts";

/** What a user would pick instead of one of our strategies. */
export const references: readonly Reference[] = [
  {
    name: "fetch",
    summary: "Bun's fetch, and the body as bytes; it has one pool of connections for all",
    core: false,
    load: async () => (await import("./fetch.ts")).open,
  },
  {
    name: "node-http",
    summary: "node:http as Bun has it, with an Agent that keeps one socket",
    core: false,
    load: async () => (await import("./node-http.ts")).open,
  },
  {
    name: "undici",
    summary: "undici's own Client.request, on Bun's node:net, one socket each",
    core: false,
    load: async () => (await import("./undici.ts")).open,
  },
];

/** All that can be raced, in the order in which reports show it. */
export const contenders: readonly (Strategy | Reference)[] = [...strategies, ...references];
