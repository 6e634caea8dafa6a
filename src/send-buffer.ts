import { copyOf } from "./http1/bytes.ts";

/** What a socket has not taken yet, in its order. */
export class SendBuffer {
  private readonly pieces: Uint8Array[] = [];
  private bytes = 0;

  get byteLength(): number {
    return this.bytes;
  }

  /** Of what is not sent yet the caller may use the memory again, as with asyncio: it is copied. */
  push(data: Uint8Array): void {
    this.pieces.push(copyOf(data, 0, data.length));
    this.bytes += data.length;
  }

  /** Hands it to `send`, which says how many bytes of a piece it has taken, until that is not all. */
  flush(send: (piece: Uint8Array) => number): void {
    while (this.pieces.length > 0) {
      const next = this.pieces[0] as Uint8Array;
      const sent = send(next);
      this.bytes -= sent;
      if (sent < next.length) {
        this.pieces[0] = next.subarray(sent);
        return;
      }
      this.pieces.shift();
    }
  }
}
