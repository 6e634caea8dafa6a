import { getSystemErrorName } from "node:util";
import type { Socket } from "bun";
import type { DirectReader, DirectReads } from "./direct-reads.ts";
import { asError } from "./errors.ts";
import type { ArrivalObserver, Protocol, Transport } from "./protocol.ts";
import { SendBuffer } from "./send-buffer.ts";
import { resetError } from "./socket-errors.ts";

/** asyncio's default: `pauseWriting` above 64 KiB of unsent data, `resumeWriting` at a quarter. */
const highWaterBytes = 64 * 1024;
const lowWaterBytes = highWaterBytes / 4;

/**
 * A Transport over one Bun socket: the only class that touches one. Bun calls it as things happen; with
 * `reads` it is also read directly while it is busy.
 */
export class SocketTransport implements Transport, DirectReader {
  // What every chunk and every write touches comes first, and so lies together.
  private readonly protocol: Protocol;
  private readonly observer: ArrivalObserver | undefined;
  private readonly reads: DirectReads | undefined;
  /** The socket's file descriptor while `reads` has it, paused for Bun; else -1. */
  private directFd = -1;
  private socket: Socket<SocketTransport> | undefined;
  private closing = false;
  private eofWanted = false;
  private lost = false;
  /** What could not be sent at once; undefined where nothing waits. */
  private unsent: SendBuffer | undefined;
  private hasRead = false;
  private writingPaused = false;
  private readingPaused = false;
  /** What Bun has told while reading was paused, as it does when a connection breaks: told on resumption. */
  private held: (() => void)[] = [];
  private eofSeen = false;
  /** Why the connection is lost, as its protocol is told; undefined for an orderly close. */
  private loss: Error | undefined;
  /** What the protocol has thrown when the connection was made, if it has. */
  refusal: { readonly thrown: unknown } | undefined;

  constructor(
    protocol: Protocol,
    observer: ArrivalObserver | undefined,
    reads: DirectReads | undefined,
  ) {
    this.protocol = protocol;
    this.observer = observer;
    this.reads = reads;
  }

  write(data: Uint8Array): void {
    if (this.eofWanted) throw new Error("cannot write after writeEof()");
    if (this.closing || this.socket === undefined || data.length === 0) return;
    if (this.lost) {
      // It is told sooner or later; to who writes, sooner.
      queueMicrotask(() => this.releaseAll());
      return;
    }
    if (this.unsent !== undefined) {
      this.buffer(data);
      return;
    }
    const sent = this.send(this.socket, data);
    if (sent < data.length) this.buffer(data.subarray(sent));
  }

  writeEof(): void {
    if (this.eofWanted || this.closing) return;
    this.eofWanted = true;
    this.leaveToBun();
    if (this.unsent === undefined) this.socket?.shutdown();
  }

  pauseReading(): void {
    if (this.readingPaused) return;
    this.readingPaused = true;
    if (this.directFd >= 0) this.leaveToBun();
    else if (!this.lost) this.socket?.pause();
  }

  resumeReading(): void {
    if (!this.readingPaused) return;
    this.readingPaused = false;
    if (!this.lost) this.socket?.resume();
    this.releaseLater();
  }

  private releaseAll(): void {
    for (const tell of this.held.splice(0)) tell();
  }

  /** One at a time, as the socket would tell it: who reads has its turn before the next. */
  private releaseLater(): void {
    if (this.held.length > 0) setImmediate(this.release);
  }

  private readonly release = (): void => {
    if (this.readingPaused && !this.closing) return;
    this.held.shift()?.();
    this.releaseLater();
  };

  close(): void {
    if (this.closing) return;
    this.closing = true;
    if (this.unsent === undefined || this.lost) this.hangUp((socket) => socket.end());
  }

  abort(): void {
    this.closing = true;
    this.unsent = undefined;
    this.hangUp((socket) => socket.terminate());
  }

  expect(byteLength: number): void {
    if (this.directFd >= 0) this.reads?.expect(this.directFd, byteLength);
  }

  isClosing(): boolean {
    return this.closing || this.lost;
  }

  writeBufferSize(): number {
    return this.unsent?.byteLength ?? 0;
  }

  opened(socket: Socket<SocketTransport>): void {
    this.socket = socket;
    if (this.closing) {
      // The connect timeout came first; nobody waits for this connection any more.
      this.lost = true;
      socket.terminate();
      return;
    }
    try {
      this.protocol.connectionMade(this);
    } catch (thrown) {
      this.refusal = { thrown };
      this.abort();
    }
  }

  readByBun(data: Uint8Array): void {
    if (this.closing) return;
    if (this.readingPaused || this.held.length > 0) {
      this.held.push(() => this.arrived(data));
      return;
    }
    this.arrived(data);
    this.readDirectly();
  }

  arrived(data: Uint8Array): void {
    if (this.closing) return;
    // tell() without its closure: this is on the path of every chunk.
    try {
      this.observer?.dataArrived(data.length);
      this.protocol.dataReceived(data);
    } catch (error) {
      this.breakOff(asError(error));
    }
  }

  prefetch(): void {
    try {
      this.observer?.prefetch?.();
    } catch (error) {
      this.breakOff(asError(error));
    }
  }

  getBuffer(): Uint8Array | undefined {
    try {
      const buffer = this.protocol.getBuffer?.();
      if (buffer?.length === 0) throw new Error("getBuffer() returned an empty buffer");
      return buffer;
    } catch (error) {
      this.breakOff(asError(error));
      return undefined;
    }
  }

  bufferUpdated(byteLength: number): void {
    try {
      this.observer?.dataArrived(byteLength);
      this.protocol.bufferUpdated?.(byteLength);
    } catch (error) {
      this.breakOff(asError(error));
    }
  }

  drained(): void {
    this.unsent?.flush((piece) => Math.max(0, this.socket?.write(piece) ?? 0));
    if (this.unsent?.byteLength === 0) this.unsent = undefined;
    if (this.writingPaused && this.writeBufferSize() <= lowWaterBytes) {
      this.writingPaused = false;
      this.tell(() => this.protocol.resumeWriting?.());
    }
    if (this.unsent !== undefined || this.lost) return;
    if (this.closing) this.hangUp((socket) => socket.end());
    else if (this.eofWanted) this.socket?.shutdown();
  }

  ended(): void {
    if (this.held.length > 0) {
      this.held.push(() => this.tellEnd());
      return;
    }
    this.tellEnd();
  }

  private tellEnd(): void {
    if (this.eofSeen || this.closing) return;
    this.eofSeen = true;
    this.tell(() => {
      if (!this.protocol.eofReceived()) this.close();
    });
  }

  closed(error: Error | undefined): void {
    if (this.lost) return;
    this.lost = true;
    if (this.directFd >= 0) this.reads?.forget(this.directFd);
    this.directFd = -1;
    if (error !== undefined) this.loss ??= resetError(error);
    this.held.push(() => this.lose());
    // Who waits only to read has all that came before it first; nobody else waits.
    const isRead = this.readingPaused && !this.closing && this.unsent === undefined;
    // Never from within a call of the protocol's own; and what it throws is uncaught, and not Bun's.
    if (this.held.length === 1 || !isRead) queueMicrotask(() => this.releaseAll());
  }

  private lose(): void {
    // After our own shutdown() Bun reports the peer's FIN as a close without an end.
    if (this.loss === undefined && this.eofWanted) this.tellEnd();
    this.closing = true;
    this.protocol.connectionLost(this.loss ?? null);
  }

  failed(error: Error): void {
    this.breakOff(resetError(error));
  }

  /** What the protocol throws ends its connection, and is what it is told as the reason. */
  private tell(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.breakOff(asError(error));
    }
  }

  private breakOff(loss: Error): void {
    this.loss ??= loss;
    this.abort();
  }

  handedBack(): void {
    this.directFd = -1;
    if (!this.readingPaused) this.socket?.resume();
  }

  broken(errno: number): void {
    this.directFd = -1;
    const code = getSystemErrorName(-errno);
    this.failed(Object.assign(new Error(`recv: ${code}`), { code }));
  }

  /** From a connection's second piece of data on, if things are busy; one response by itself is not. */
  private readDirectly(): void {
    const { reads, socket, hasRead } = this;
    if (reads === undefined || socket === undefined) return;
    this.hasRead = true;
    if (!reads.noticed() || !hasRead || this.directFd >= 0) return;
    if (this.readingPaused || this.closing || this.eofWanted) return;
    // Bun has it, its types have not.
    const { fd } = socket as { readonly fd?: number };
    if (fd === undefined || fd < 0) return;
    socket.pause();
    if (reads.take(fd, this)) this.directFd = fd;
    else socket.resume();
  }

  private leaveToBun(): void {
    if (this.directFd < 0) return;
    this.reads?.drop(this.directFd);
    this.handedBack();
  }

  /** Writes what the socket takes at once, and returns how many bytes that was. */
  private send(socket: Socket<SocketTransport>, data: Uint8Array): number {
    const sent = this.directFd < 0 ? 0 : Math.max(0, this.reads?.send(this.directFd, data) ?? 0);
    if (sent === data.length) return sent;
    // Bun is also who waits until there is room for more.
    return sent + Math.max(0, socket.write(data.subarray(sent)));
  }

  private hangUp(end: (socket: Socket<SocketTransport>) => void): void {
    // Of what is held only the end is still to be told.
    this.releaseLater();
    if (this.socket === undefined || this.lost) return;
    this.leaveToBun();
    end(this.socket);
  }

  private buffer(data: Uint8Array): void {
    this.unsent ??= new SendBuffer();
    this.unsent.push(data);
    if (!this.writingPaused && this.unsent.byteLength > highWaterBytes) {
      this.writingPaused = true;
      this.tell(() => this.protocol.pauseWriting?.());
    }
  }
}
