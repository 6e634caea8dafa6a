import { type Handler, Hono, type MiddlewareHandler } from "hono";
import { type Fixture, pathOf } from "../fixtures/fixture.ts";

/** Where the bodies come from: preloaded memory, or Hono's serveStatic. */
export type BodySource =
  | { readonly kind: "memory" }
  | { readonly kind: "disk"; readonly serve: MiddlewareHandler };

/** The fixture server as a Hono application: pure, it neither listens nor reads a file itself. */
export function createApp(fixtures: readonly Fixture[], source: BodySource): Hono {
  const app = new Hono({ getPath: pathOfRequest });
  for (const fixture of fixtures) app.all(pathOf(fixture), handlerOf(fixture, source));
  app.notFound((context) => context.text("no such fixture\n", 404));
  return app;
}

/** Hono's own way expects an absolute URL; without a Host, as in HTTP/1.0, Bun gives only a path. */
function pathOfRequest(request: Request): string {
  const { url } = request;
  const start = url.startsWith("/") ? 0 : url.indexOf("/", url.indexOf("://") + 3);
  // "*", as in OPTIONS.
  if (start < 0) return "/";
  const query = url.indexOf("?", start);
  return query === -1 ? url.slice(start) : url.slice(start, query);
}

/**
 * One handler for all methods of a path, and no promise: Hono calls a single handler directly, and
 * composes several into a chain of promises, which costs as much as all of the rest.
 */
function handlerOf(fixture: Fixture, source: BodySource): Handler {
  const respond = responder(fixture);
  const { delivery } = fixture;
  const length = { "Content-Length": String(fixture.body().length) };
  const sized = { "Content-Type": fixture.contentType, ...length };
  const serve = source.kind === "disk" && delivery.kind === "whole" ? source.serve : undefined;
  return (context, next) => {
    switch (context.req.method) {
      case "GET":
        return serve === undefined ? respond() : serve(context, next);
      case "HEAD":
        return new Response(null, { headers: sized });
      default:
        return context.text("only GET and HEAD are allowed here\n", 405, { Allow: "GET, HEAD" });
    }
  };
}

function responder(fixture: Fixture): () => Response {
  const body = fixture.body();
  // All responses share it; an array would be copied for each, a fifth of the cost of 1 MiB.
  const blob = new Blob([body]);
  const { delivery } = fixture;
  // Made once: turning a plain object into headers takes longer than the rest of a Response.
  const headers = new Headers({ "Content-Type": fixture.contentType });
  switch (delivery.kind) {
    case "chunked":
      return () => new Response(inChunks(body, delivery.chunkBytes), { headers });
    case "whole":
    // Those below come here only when they are asked for by the name of their file.
    case "segments":
    case "until-eof":
      return () => new Response(blob, { headers });
  }
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
