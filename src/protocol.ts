/**
 * asyncio's contract between a connection and the code that uses it: a Transport carries bytes and
 * knows nothing of their meaning, a Protocol gives them meaning and knows nothing of sockets.
 * https://docs.python.org/3/library/asyncio-protocol.html
 */

/** The writing side and the controls of one connection. */
export interface Transport {
  /** Sends `data` without waiting; what the socket does not take at once is buffered. */
  write(data: Uint8Array): void;
  /** Half-closes: no more writes, while reading goes on. */
  writeEof(): void;
  /** Stops `dataReceived` until `resumeReading`. */
  pauseReading(): void;
  resumeReading(): void;
  /** Sends what is buffered, then closes. */
  close(): void;
  /** Closes now and drops what is buffered. */
  abort(): void;
  /**
   * A hint: until at least so many more bytes have come, nothing can be done with them. It holds for
   * what comes next, and for no more; a transport need not heed it.
   */
  expect?(byteLength: number): void;
  isClosing(): boolean;
  /** Bytes that are buffered and not yet taken by the socket. */
  writeBufferSize(): number;
}

/**
 * What a connection tells its user, in this order:
 * connectionMade, dataReceived any number of times, eofReceived at most once, connectionLost once.
 */
export interface Protocol {
  connectionMade(transport: Transport): void;
  /** `data` is the protocol's own: it is never reused by the transport. */
  dataReceived(data: Uint8Array): void;
  /**
   * Where the next bytes are wanted, if the transport can put them there: bufferUpdated then says how
   * many have come, in place of dataReceived. Undefined for no matter where. asyncio's BufferedProtocol,
   * asked anew for each piece; what is there must have room for a byte.
   */
  getBuffer?(): Uint8Array | undefined;
  bufferUpdated?(byteLength: number): void;
  /** The peer sends no more. Return true to keep the writing side open. */
  eofReceived(): boolean;
  /** The connection is gone; `error` is null after an orderly close. */
  connectionLost(error: Error | null): void;
  /** The write buffer has grown above the high-water mark: stop writing. */
  pauseWriting?(): void;
  /** The write buffer has drained. */
  resumeWriting?(): void;
}

/** Where to connect: TCP, or the path of a unix socket. */
export type Endpoint = TcpEndpoint | { readonly unix: string };
export type TcpEndpoint = { readonly host: string; readonly port: number };

/** Opens one connection and hands it to `protocol`; resolves when it is made. */
export type Dial = (protocol: Protocol) => Promise<Transport>;

/** How long to wait, in milliseconds. */
export interface Timeouts {
  /** For a connection to be made. */
  readonly connectMs: number;
  /** From a request's write to the first byte of its response. */
  readonly firstByteMs: number;
  /** From a request's write to the last byte of its response. */
  readonly wholeMs: number;
}

/** Sees data arrive, before the protocol does: how a driver counts chunks and first bytes. */
export interface ArrivalObserver {
  dataArrived(byteLength: number): void;
  /**
   * Data is about to arrive. Asked of many connections in a row, to touch the objects that it will need: memory
   * that has left the caches is then waited for together, and not object by object. It does nothing else.
   */
  prefetch?(): void;
}
