/** The clients, as a library: everything that a user of src/ may import. */
export { type DirectReads, openDirectReads } from "./direct-reads.ts";
export * from "./errors.ts";
export { type ResponseEvents, ResponseParser } from "./http1/parser.ts";
export { type EncodedRequest, encodeRequest, type Method } from "./http1/request.ts";
export { type Reading, Response, ResponseCollector } from "./http1/response.ts";
export { dialMemory, MemoryTransport } from "./memory.ts";
export type { Dial, Endpoint, Protocol, Transport } from "./protocol.ts";
export { Reader } from "./reader.ts";
export { ClientSession, type SessionOptions, type SessionRequestOptions } from "./session.ts";
export { createConnection } from "./socket.ts";
export { parsingStrategies, strategies } from "./strategies/registry.ts";
export type { Connection, Strategy } from "./strategies/strategy.ts";
export { openConnection, openStreams, type Streams } from "./streams.ts";
export { openWebConnection, openWebStreams, type WebStreams } from "./web-streams.ts";
export { Writer } from "./writer.ts";
