import { ReadError } from "../../src/errors.ts";
import type { Answer } from "../../src/strategies/strategy.ts";
import type { ExpectedAnswer } from "./messages.ts";

/** Why an answer is not the one that was expected, by its status and the length of its body. */
export function whyWrong(
  answer: Answer,
  { status, bodyBytes }: ExpectedAnswer,
): ReadError | undefined {
  if (answer.status !== status) {
    return new ReadError("wrong-status", `status ${answer.status} where ${status} was expected`);
  }
  if (answer.bodyLength !== bodyBytes) {
    const message = `${answer.bodyLength} bytes where ${bodyBytes} were expected`;
    return new ReadError("wrong-length", message);
  }
  return undefined;
}

/** Whether the client has kept what the body was. */
export function hasBody({ bodyChunks, bodyLength }: Answer): boolean {
  return bodyChunks.length > 0 || bodyLength === 0;
}

/** Why a body that was kept is not the expected one, by its hash. */
export function whyWrongBody(
  { bodyChunks }: Answer,
  { sha256 }: ExpectedAnswer,
): ReadError | undefined {
  const hasher = new Bun.CryptoHasher("sha256");
  for (const chunk of bodyChunks) hasher.update(chunk);
  if (hasher.digest("hex") === sha256) return undefined;
  return new ReadError("wrong-body", "the body is not the expected one");
}
