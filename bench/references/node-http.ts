import { Agent, request as nodeRequest } from "node:http";
import { answerOf, asReadError, type OpenReference } from "./reference.ts";

/** node:http as Bun has it, one agent of one socket for each lane. */
export const open: OpenReference = (endpoint, reading, arrival) => {
  const { host, port } = endpoint;
  const agent = new Agent({ keepAlive: reading === "message", maxSockets: 1 });
  let usable = true;
  return {
    get usable() {
      return usable;
    },
    exchange({ method, target: path }, observer) {
      const failed = (error: unknown) => observer.failed(asReadError(error));
      const request = nodeRequest({ host, port, method, path, agent }, (response) => {
        const chunks: Uint8Array[] = [];
        response.on("data", (chunk: Uint8Array) => {
          arrival.dataArrived(0);
          chunks.push(chunk);
        });
        response.on("error", failed);
        response.on("end", () => {
          observer.responded(answerOf(response.statusCode ?? 0, chunks, reading));
        });
      });
      request.on("error", failed);
      request.end();
    },
    close() {
      usable = false;
      agent.destroy();
    },
  };
};
