import type { EncodedRequest } from "../http1/request.ts";
import type { Response } from "../http1/response.ts";
import type { Connection, ExchangeOptions } from "./strategy.ts";

/** A connection whose natural shape is a promise for each response. */
export interface PromisedConnection {
  readonly usable: boolean;
  request(request: EncodedRequest, options: ExchangeOptions): Promise<Response>;
  close(): void;
}

/** The same as a Connection. The promise is the strategy's own price, so nothing is added to it. */
export function observed(connection: PromisedConnection): Connection<Response> {
  return {
    get usable() {
      return connection.usable;
    },
    exchange(request, observer) {
      connection.request(request, observer).then(observer.responded, observer.failed);
    },
    close() {
      connection.close();
    },
  };
}
