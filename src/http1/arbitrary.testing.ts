import fc from "fast-check";
import type { Method } from "./request.ts";

/** Responses for properties: one character a byte. For tests only. */

export const arbitraryMethod: fc.Arbitrary<Method> = fc.constantFrom("GET", "GET", "GET", "HEAD");

const letters = fc.stringMatching(/^[a-z]{1,8}$/);
const visible = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);

const field = fc
  .tuple(letters, fc.constantFrom("", " ", "\t "), visible)
  // None that would frame the body.
  .map(([name, blank, value]) => `x-${name}:${blank}${value}\r\n`);
const fields = fc.array(field, { maxLength: 4 }).map((lines) => lines.join(""));

const body = fc.string({ unit: "binary-ascii", maxLength: 60 });

const chunk = fc
  .tuple(
    fc.string({ unit: "binary-ascii", minLength: 1, maxLength: 20 }),
    fc.constantFrom("", ";a", ';a="b c"', " ; a=b"),
    fc.constantFrom("", "0", "000"),
    fc.boolean(),
  )
  .map(([data, extension, zeros, upper]) => {
    const hex = data.length.toString(16);
    return `${zeros}${upper ? hex.toUpperCase() : hex}${extension}\r\n${data}\r\n`;
  });
const chunked = fc
  .tuple(fc.array(chunk, { maxLength: 4 }), fields)
  .map(([chunks, trailers]) => `${chunks.join("")}0\r\n${trailers}\r\n`);

/** The fields that frame a body, and the body on the wire. */
const framed = fc.oneof(
  body.map((data) => ({ head: `Content-Length: ${data.length}\r\n`, wire: data })),
  chunked.map((wire) => ({ head: "Transfer-Encoding: chunked\r\n", wire })),
  body.map((wire) => ({ head: "", wire })),
);

const interim = fc.constantFrom(
  "",
  "",
  "HTTP/1.1 100 Continue\r\n\r\n",
  "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
);

/** A response that RFC 9112 allows; what follows its body, if anything, is the next one's. */
export const arbitraryResponse: fc.Arbitrary<string> = fc
  .tuple(
    interim,
    fc.constantFrom(
      "200 OK",
      "200 ",
      "404 Not Found",
      "204 No Content",
      "304 Not Modified",
      "599 x",
    ),
    fields,
    framed,
    fc.constantFrom("", "", "Connection: close\r\n", "Connection: keep-alive\r\n"),
  )
  .map(
    ([first, status, some, { head, wire }, connection]) =>
      `${first}HTTP/1.1 ${status}\r\n${some}${head}${connection}\r\n${wire}`,
  );

/** What a byte may be changed to: the octets that HTTP/1.1's grammar is made of, and some that are in none. */
const octets = fc.constantFrom(..."\r\n :;,0159afHhT/.-+\t\0\x7f\xff");

const mutation = fc.record({
  kind: fc.constantFrom("replace", "insert", "remove", "double", "truncate"),
  at: fc.nat({ max: 400 }),
  octet: octets,
});

/** A response with one to three bytes changed, where it hurts. */
export const arbitraryMutant: fc.Arbitrary<string> = fc
  .tuple(arbitraryResponse, fc.array(mutation, { minLength: 1, maxLength: 3 }))
  .map(([wire, mutations]) =>
    mutations.reduce((mutant, { kind, at, octet }) => {
      const index = mutant.length === 0 ? 0 : at % mutant.length;
      const [before, after] = [mutant.slice(0, index), mutant.slice(index)];
      switch (kind) {
        case "replace":
          return before + octet + after.slice(1);
        case "insert":
          return before + octet + after;
        case "remove":
          return before + after.slice(1);
        case "double":
          return before + after.slice(0, 1) + after;
        default:
          return before;
      }
    }, wire),
  );
