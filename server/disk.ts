import { realpathSync } from "node:fs";
import { join, sep } from "node:path";
import type { MiddlewareHandler } from "hono";
import { serveStatic } from "hono/bun";

/**
 * Serves files of `directory` with Hono's serveStatic. It follows symlinks, so that a link out of
 * the directory is refused here first.
 */
export function serveDisk(directory: string): MiddlewareHandler {
  const root = realpathSync(directory);
  const serveFile = serveStatic({ root });
  return async (context, next) => {
    if (!isInside(root, context.req.path)) return context.notFound();
    return serveFile(context, next);
  };
}

function isInside(root: string, path: string): boolean {
  try {
    return realpathSync(join(root, path)).startsWith(root + sep);
  } catch {
    return false;
  }
}
