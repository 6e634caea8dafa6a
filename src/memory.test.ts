import { describe, expect, test } from "bun:test";
import { MemoryTransport } from "./memory.ts";
import type { Protocol } from "./protocol.ts";

/** Writes down what it is told. */
function witness(overrides: Partial<Protocol> = {}): Protocol & { readonly events: string[] } {
  const events: string[] = [];
  return {
    events,
    connectionMade: () => void events.push("made"),
    dataReceived: (data) => void events.push(Buffer.from(data).toString()),
    eofReceived: () => {
      events.push("eof");
      return false;
    },
    connectionLost: (error) => void events.push(error === null ? "lost" : `lost: ${error.message}`),
    ...overrides,
  };
}

describe("MemoryTransport", () => {
  test("what was delivered may be overwritten, also a Buffer", async () => {
    const protocol = witness();
    const transport = new MemoryTransport(protocol);
    transport.pauseReading();
    const data = Buffer.from("abcd");
    transport.deliver(data, 2);
    data.fill("x");
    transport.resumeReading();
    await Bun.sleep(0);
    expect(protocol.events).toEqual(["made", "ab", "cd"]);
  });

  test("pieces of less than a byte, and writes after the end, are refused", () => {
    const transport = new MemoryTransport(witness());
    for (const maxBytes of [0, -1, Number.NaN]) {
      expect(() => transport.deliver(new Uint8Array(2), maxBytes)).toThrow(RangeError);
    }
    transport.writeEof();
    expect(() => transport.write(new Uint8Array(1))).toThrow("after writeEof()");
  });

  test("a connection is lost once, whoever ends it first", async () => {
    for (const end of [
      (transport: MemoryTransport) => transport.lose(new Error("broken")),
      (transport: MemoryTransport) => transport.close(),
    ]) {
      const protocol = witness();
      const transport = new MemoryTransport(protocol);
      end(transport);
      transport.lose(new Error("again"));
      transport.close();
      await Bun.sleep(0);
      expect(protocol.events.filter((event) => event.startsWith("lost"))).toHaveLength(1);
    }
  });

  test("a protocol that throws gets what comes after that", () => {
    let faults = 1;
    const heard: string[] = [];
    const transport = new MemoryTransport(
      witness({
        dataReceived(data) {
          if (faults-- > 0) throw new Error("a bug in the protocol");
          heard.push(Buffer.from(data).toString());
        },
      }),
    );
    expect(() => transport.deliver(Buffer.from("a"))).toThrow("a bug in the protocol");
    transport.deliver(Buffer.from("b"));
    expect(heard).toEqual(["b"]);
  });
});
