import type { ExpectedAnswer } from "../load/messages.ts";

const body = "ok";

/** What a chaos server answers when it does nothing wrong. */
export const goodAnswer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

export const expectedAnswer: ExpectedAnswer = {
  status: 200,
  bodyBytes: body.length,
  sha256: new Bun.CryptoHasher("sha256").update(body).digest("hex"),
};
