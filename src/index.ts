/** The clients, as a library: everything that a user of src/ may import. */
export { type DirectReads, openDirectReads } from "./direct-reads.ts";
export * from "./errors.ts";
export { type ResponseEvents, ResponseParser } from "./http1/parser.ts";
export {
  type EncodedRequest,
  encodeRequest,
  type Method,
  type RequestOptions,
} from "./http1/request.ts";
export { type Reading, Response, ResponseCollector } from "./http1/response.ts";
export type { ResponseHead } from "./http1/response-head.ts";
export { dialMemory, MemoryTransport } from "./memory.ts";
export type { ArrivalObserver, Dial, Endpoint, Protocol, Transport } from "./protocol.ts";
export { Reader } from "./reader.ts";
export { ClientSession, type SessionOptions, type SessionRequestOptions } from "./session.ts";
export { type ConnectionOptions, createConnection } from "./socket.ts";
export { asyncIterator } from "./strategies/async-iterator.ts";
export { byob } from "./strategies/byob.ts";
export { callback } from "./strategies/callback.ts";
export { chunkLoop } from "./strategies/chunk-loop.ts";
export { floor } from "./strategies/floor.ts";
export { future } from "./strategies/future.ts";
export { nodeStream } from "./strategies/node-stream.ts";
export { findStrategy, parsingStrategies, strategies } from "./strategies/registry.ts";
export type {
  Answer,
  Connection,
  ExchangeObserver,
  ParsingConnection,
  ParsingStrategy,
  Strategy,
} from "./strategies/strategy.ts";
export { webStreams } from "./strategies/web-streams.ts";
export { openConnection, openStreams, type Streams } from "./streams.ts";
export { openWebConnection, openWebStreams, type WebStreams } from "./web-streams.ts";
export { type FlowControl, Writer } from "./writer.ts";
