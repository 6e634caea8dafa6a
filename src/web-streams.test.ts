import { expect, test } from "bun:test";
import fc from "fast-check";
import { MemoryTransport } from "./memory.ts";
import type { Protocol } from "./protocol.ts";
import { isLent, lend, slabBytes, takeSlab } from "./slabs.ts";
import { openWebStreams } from "./web-streams.ts";

async function openBytes() {
  let protocol: Protocol | undefined;
  let transport: MemoryTransport | undefined;
  const streams = await openWebStreams(async (given) => {
    protocol = given;
    transport = new MemoryTransport(given);
    return transport;
  }, "bytes");
  return {
    reader: streams.readable.getReader({ mode: "byob" }),
    protocol: protocol as Protocol,
    transport: transport as MemoryTransport,
  };
}

/** Bytes of which no two neighbourhoods are alike: 251 is a prime. */
function pattern(byteLength: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: byteLength }, (_, i) => i % 251);
}

/** As the direct transport reads it: large chunks in slabs, which are used again. */
function chunkOf(bytes: Uint8Array): Uint8Array {
  if (!isLent(bytes.length)) return bytes.slice();
  const slab = takeSlab();
  slab.set(bytes);
  return lend(slab, bytes.length);
}

test("a stream of bytes gives what has come, in order, however large chunks and buffers are", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: slabBytes }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(sizes, sizes, async (chunkSizes, bufferSizes) => {
      const { reader, protocol, transport } = await openBytes();
      const sent = pattern(chunkSizes.reduce((sum, size) => sum + size, 0));
      const received: Uint8Array[] = [];
      const reading = (async () => {
        for (let i = 0; ; i++) {
          const size = bufferSizes[i % bufferSizes.length] as number;
          const { done, value } = await reader.read(new Uint8Array(size));
          if (done) return;
          received.push(value.slice());
        }
      })();
      let at = 0;
      for (const size of chunkSizes) {
        const chunk = sent.subarray(at, at + size);
        // Into the buffer that waits, or past it.
        if (size % 3 === 0) transport.deliver(chunk);
        else protocol.dataReceived(chunkOf(chunk));
        at += size;
        if (size % 2 === 0) await Promise.resolve();
      }
      protocol.eofReceived();
      await reading;
      expect(Buffer.concat(received).equals(sent)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

test("what comes goes right into the buffer that waits, as far as it has room", async () => {
  const { reader, protocol, transport } = await openBytes();
  const first = reader.read(new Uint8Array(30));
  const wanted = protocol.getBuffer?.();
  expect(wanted).toHaveLength(30);
  wanted?.set(pattern(10));
  protocol.bufferUpdated?.(10);
  const { value } = await first;
  expect(value).toEqual(pattern(10));
  expect(protocol.getBuffer?.()).toBeUndefined();

  const second = reader.read(new Uint8Array(30));
  transport.deliver(pattern(50));
  expect((await second).value).toEqual(pattern(50).slice(0, 30));
  expect((await reader.read(new Uint8Array(30))).value).toEqual(pattern(50).slice(30));
});

test("an abort ends a write that waits for room", async () => {
  let protocol: Protocol | undefined;
  const streams = await openWebStreams(async (given) => {
    protocol = given;
    return new MemoryTransport(given);
  });
  const writer = streams.writable.getWriter();
  protocol?.pauseWriting?.();
  const written = writer.write(pattern(8));
  const reason = new Error("the user's deadline");
  const aborted = writer.abort(reason);
  expect(await written.catch((error: unknown) => error)).toBeInstanceOf(Error);
  await aborted;
  expect(await writer.closed.catch((error: unknown) => error)).toBe(reason);
});
