// Reads responses with Node's own HTTP client, fed from memory: the other side of
// node-responses.test.ts. In: [{ method, pieces }] as JSON on stdin, bytes as ISO-8859-1. Out: for
// each what became of it, as JSON on stdout.
import { request } from "node:http";
import { Duplex } from "node:stream";
import { text } from "node:stream/consumers";

function readOne({ method, pieces }) {
  return new Promise((resolve) => {
    const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
    const client = request({ method, createConnection: () => socket });
    const refuse = (error) => resolve({ error: error.code ?? error.message });
    client.on("error", refuse);
    client.on("upgrade", () => resolve({ error: "UPGRADE" }));
    client.on("response", (response) => {
      const body = [];
      response.on("data", (data) => body.push(data));
      response.on("error", refuse);
      response.on("end", () => {
        const { statusCode: status, rawHeaders, rawTrailers } = response;
        resolve({ status, body: Buffer.concat(body).toString("latin1"), rawHeaders, rawTrailers });
      });
    });
    client.end();
    setImmediate(() => {
      for (const piece of pieces) socket.push(Buffer.from(piece, "latin1"));
      socket.push(null);
    });
  });
}

const outcomes = [];
for (const one of JSON.parse(await text(process.stdin))) outcomes.push(await readOne(one));
process.stdout.write(JSON.stringify(outcomes));
