// Not "undici": Bun resolves that name to a shim of its own, over its fetch.
import { Client } from "undici/index.js";
import { answerOf, asReadError, type OpenReference, originOf } from "./reference.ts";

/** undici's own code on Bun's node:net, one Client of one socket for each lane. */
export const open: OpenReference = (endpoint, reading, arrival) => {
  const client = new Client(originOf(endpoint), { pipelining: 1 });
  return {
    get usable() {
      return !client.closed && !client.destroyed;
    },
    exchange({ target: path }, observer) {
      const read = async () => {
        const reset = reading === "eof";
        const { statusCode, body } = await client.request({ path, method: "GET", reset });
        arrival.dataArrived(0);
        return answerOf(statusCode, [new Uint8Array(await body.arrayBuffer())], reading);
      };
      read().then(observer.responded, (error: unknown) => observer.failed(asReadError(error)));
    },
    close: () => void client.destroy().catch(() => {}),
  };
};
