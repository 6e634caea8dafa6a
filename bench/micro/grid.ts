/** How a response is cut: in pieces of so many bytes, the head in pieces of its own. */
interface Split {
  readonly name: string;
  readonly chunkBytes: number;
  /** Pieces of the head; with undefined it comes with the body's first bytes. */
  readonly headBytes: number | undefined;
}

/** One point of the grid: a response, ready to be fed. */
export interface Shape {
  readonly name: string;
  readonly bodyBytes: number;
  readonly chunks: readonly Uint8Array[];
  /** Chunks at whose end the head was not complete yet. */
  readonly headPieces: number;
}

const bodySizes = [13, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20];

/** 512 KiB is the most that Bun's sockets deliver at once. */
const splits: readonly Split[] = [
  { name: "whole", chunkBytes: 512 << 10, headBytes: undefined },
  { name: "16 KiB", chunkBytes: 16 << 10, headBytes: undefined },
  { name: "4 KiB", chunkBytes: 4 << 10, headBytes: undefined },
  { name: "head byte by byte", chunkBytes: 512 << 10, headBytes: 1 },
];

/** Size × split, without the points at which a split changes nothing. */
export const shapes: readonly Shape[] = bodySizes.flatMap((bodyBytes) =>
  splits
    .filter(({ chunkBytes, headBytes, name }) =>
      name === "whole" || headBytes !== undefined ? true : bodyBytes >= chunkBytes,
    )
    .map((split) => shapeOf(bodyBytes, split)),
);

/** How a response comes, which decides what code reads it. */
export const arrivals = ["in one chunk", "in several chunks", "head in pieces"] as const;

export function arrivalOf({ chunks, headPieces }: Shape): (typeof arrivals)[number] {
  if (headPieces > 0) return "head in pieces";
  return chunks.length > 1 ? "in several chunks" : "in one chunk";
}

/** The points that a model is fitted on; it is judged on the others. */
export function isHeldOut(index: number): boolean {
  return index % 3 === 1;
}

function shapeOf(bodyBytes: number, split: Split): Shape {
  const name = `${sizeName(bodyBytes)}, ${split.name}`;
  const head = new TextEncoder().encode(
    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n" +
      `Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: ${bodyBytes}\r\n\r\n`,
  );
  const body = new Uint8Array(bodyBytes).fill(0x61);
  const { chunkBytes, headBytes } = split;
  if (headBytes === undefined) {
    const whole = new Uint8Array(head.length + bodyBytes);
    whole.set(head);
    whole.set(body, head.length);
    return { name, bodyBytes, chunks: pieces(whole, chunkBytes), headPieces: 0 };
  }
  const ofHead = pieces(head, headBytes);
  const chunks = [...ofHead, ...pieces(body, chunkBytes)];
  return { name, bodyBytes, chunks, headPieces: ofHead.length - 1 };
}

function pieces(bytes: Uint8Array, size: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, i) => bytes.slice(i * size, (i + 1) * size));
}

function sizeName(bytes: number): string {
  if (bytes >= 1 << 20) return `${bytes >> 20} MiB`;
  return bytes >= 1 << 10 ? `${bytes >> 10} KiB` : `${bytes} B`;
}
