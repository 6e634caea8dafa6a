import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConformanceCase, conformanceCases } from "./conformance-cases.ts";

export const conformanceTablePath = join(import.meta.dir, "CONFORMANCE.md");

/** The policy, case by case, as Markdown: what is read, what is refused, by which rule. */
export function renderConformanceTable(): string {
  const rows = conformanceCases.map(
    (theCase) =>
      `| ${cell(theCase.name)} | ${cell(theCase.source)} | ${cell(excerptOf(theCase))} | ${verdictOf(theCase)} |`,
  );
  return `# What is read, and what is refused

The policy is strict: what RFC 9112 lets a recipient reject, it rejects, with an error that says what and at which byte of the response. In three things it is stricter than the RFC, which asks a browser to bear with them, and who measures a server should know of them: folded lines, versions above 1.1, and statuses of no class. Every strategy that parses passes every case whole, byte by byte and split at every offset (those of more than 1,000 bytes, whole only). Made from \`conformance-cases.ts\` by \`bun run conformance\`.

| case | rule | ends with | verdict |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

/** The end of the wire, where most cases differ. */
function excerptOf({ wire }: ConformanceCase): string {
  const mostCharacters = 48;
  const start = wire.length > mostCharacters ? "…" : "";
  return start + JSON.stringify(wire.slice(-mostCharacters)).slice(1, -1);
}

function verdictOf({ expected, endsAtEof }: ConformanceCase): string {
  if ("error" in expected) {
    const { error, byteOffset } = expected;
    return byteOffset === undefined ? `refused: ${error}` : `refused: ${error}, byte ${byteOffset}`;
  }
  const { status, body, persistent } = expected;
  const end = endsAtEof ? "until EOF" : persistent ? "kept alive" : "closes";
  return `${status}, a body of ${body.length} bytes, ${end}`;
}

function cell(text: string): string {
  // Control and non-ASCII bytes as escapes: the file is plain text.
  return text.replaceAll("|", "\\|").replace(/[^\x20-\x7e…]/g, (character) => {
    return `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

if (import.meta.main) writeFileSync(conformanceTablePath, renderConformanceTable());
