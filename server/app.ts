import { Hono, type MiddlewareHandler } from "hono";
import { type Fixture, pathOf } from "../fixtures/fixture.ts";

/** Where the bodies come from: preloaded memory, or Hono's serveStatic. */
export type BodySource =
  | { readonly kind: "memory" }
  | { readonly kind: "disk"; readonly serve: MiddlewareHandler };

/** The fixture server as a Hono application: pure, it neither listens nor reads a file itself. */
export function createApp(fixtures: readonly Fixture[], source: BodySource): Hono {
  const app = new Hono({ getPath: pathOfRequest });
  for (const fixture of fixtures) {
    const path = pathOf(fixture);
    app.get(path, responder(fixture, source));
    app.all(path, (context) =>
      context.text("only GET and HEAD are allowed here\n", 405, { Allow: "GET, HEAD" }),
    );
  }
  app.notFound((context) => context.text("no such fixture\n", 404));
  return app;
}

/** Hono's own way expects an absolute URL; without a Host, as in HTTP/1.0, Bun gives only a path. */
function pathOfRequest(request: Request): string {
  const { url } = request;
  const authority = url.indexOf("://");
  const start = authority === -1 ? 0 : url.indexOf("/", authority + 3);
  const query = url.indexOf("?", start);
  return query === -1 ? url.slice(start) : url.slice(start, query);
}

function responder(fixture: Fixture, source: BodySource): MiddlewareHandler {
  const body = fixture.body();
  const { delivery } = fixture;
  const headers = { "Content-Type": fixture.contentType };
  const sized = { ...headers, "Content-Length": String(body.length) };
  const respond = (): Response =>
    delivery.kind === "chunked"
      ? new Response(inChunks(body, delivery.chunkBytes), { headers })
      : new Response(body, { headers });
  return async (context, next) => {
    if (context.req.method === "HEAD") return new Response(null, { headers: sized });
    if (source.kind === "disk" && delivery.kind === "whole") return source.serve(context, next);
    return respond();
  };
}

/** A direct stream, which Bun sends as one HTTP chunk for each flush. */
function inChunks(body: Uint8Array<ArrayBuffer>, chunkBytes: number): ReadableStream {
  const source: Bun.DirectUnderlyingSource<Uint8Array> = {
    type: "direct",
    async pull(controller) {
      for (let at = 0; at < body.length; at += chunkBytes) {
        controller.write(body.subarray(at, at + chunkBytes));
        await controller.flush();
      }
      controller.close();
    },
  };
  return new ReadableStream(source);
}
