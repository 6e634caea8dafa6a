import { expect, test } from "bun:test";
import { dirname, join, relative } from "node:path";

const root = join(import.meta.dir, "..");

/**
 * Every module of the product and what it imports, as paths from the root. Types count as well, unless only
 * values are asked for: a layer that needs another's types depends on it.
 */
async function importsByFile(onlyValues = false): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  const transpiler = new Bun.Transpiler({ loader: "ts" });
  for await (const file of new Bun.Glob("{src,fixtures,server,bench}/**/*.ts").scan(root)) {
    const code = await Bun.file(join(root, file)).text();
    const types = onlyValues
      ? []
      : [...code.matchAll(/^(?:import|export)\b[^;]*?from "([^"]+)";/gm)].map(([, path]) => path);
    const values = transpiler.scanImports(code).map(({ path }) => path);
    const paths = [...new Set([...types, ...values])].filter((path) => path !== undefined);
    found.set(
      file,
      paths.map((path) =>
        path.startsWith(".") ? relative(root, join(root, dirname(file), path)) : path,
      ),
    );
  }
  return found;
}

const isTest = (file: string) => /\.test(ing)?\.ts$/.test(file);
const layer = (path: string) => path.split("/", 1)[0];

test("src imports nothing outside itself but Bun and the standard library", async () => {
  for (const [file, imports] of await importsByFile()) {
    if (layer(file) !== "src" || isTest(file)) continue;
    const foreign = imports.filter(
      (path) => layer(path) !== "src" && !/^(bun$|bun:|node:)/.test(path),
    );
    expect({ file, foreign }).toEqual({ file, foreign: [] });
  }
});

test("bench never imports the server's code, only what it says", async () => {
  for (const [file, imports] of await importsByFile()) {
    if (layer(file) !== "bench" || isTest(file)) continue;
    const server = imports.filter((path) => layer(path) === "server");
    expect(server.filter((path) => path !== "server/messages.ts")).toEqual([]);
  }
});

test("server and fixtures know nothing of bench", async () => {
  for (const [file, imports] of await importsByFile()) {
    if (!["server", "fixtures"].includes(layer(file) ?? "") || isTest(file)) continue;
    expect(imports.filter((path) => path.startsWith("bench/"))).toEqual([]);
  }
});

test("statistics are pure: they import statistics only", async () => {
  for (const [file, imports] of await importsByFile()) {
    if (!file.startsWith("bench/stats/") || isTest(file)) continue;
    expect(imports.filter((path) => !path.startsWith("bench/stats/"))).toEqual([]);
  }
});

test("data flows one way: measuring never imports reporting, commands or the store", async () => {
  for (const [file, imports] of await importsByFile()) {
    const measures =
      /^bench\/((load|metrics|audit|stats|micro|compare|peers|verify|chaos)\/|plan\.ts|result\.ts)/;
    if (!measures.test(file) || isTest(file)) continue;
    const later = imports.filter((path) =>
      /^bench\/(reporters|commands)\/|^bench\/(store|check-output|main|config)\.ts/.test(path),
    );
    expect({ file, later }).toEqual({ file, later: [] });
  }
});

test("no module imports itself by way of others", async () => {
  const imports = await importsByFile(true);
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) throw new Error([...path, file].join(" imports "));
    if (done.has(file)) return;
    for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of imports.keys()) visit(file, []);
});
