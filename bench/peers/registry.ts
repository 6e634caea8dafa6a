import { ab } from "./ab.ts";
import { autocannon } from "./autocannon.ts";
import { h2load } from "./h2load.ts";
import type { Peer } from "./peer.ts";
import { wrk } from "./wrk.ts";

/** The tools that we are held against; the first that is installed is the measure of all. */
export const peers: readonly Peer[] = [wrk, h2load, ab, autocannon];
