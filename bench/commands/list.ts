import { fixtures } from "../../fixtures/registry.ts";
import { exitCodes, type Io } from "../io.ts";
import { knownMetrics } from "../metrics/registry.ts";
import { contenders } from "../references/registry.ts";
import { reporters } from "../reporters/registry.ts";
import { renderTable } from "../reporters/table.ts";

interface Entry {
  readonly name: string;
  readonly summary: string;
}

/** What there is to choose from. */
export function list(asJson: boolean, io: Io): number {
  const lists = {
    strategies: contenders.map(({ name, summary, core }) => ({ name, summary, core })),
    fixtures: fixtures.map(({ name, summary, core }) => ({ name, summary, core })),
    metrics: knownMetrics.map(({ key, summary, unit, better }) => ({
      name: key,
      summary,
      unit,
      better,
    })),
    reporters: reporters.map(({ name, summary }) => ({ name, summary })),
  };
  if (asJson) {
    io.out.write(`${JSON.stringify(lists, null, 2)}\n`);
    return exitCodes.fine;
  }
  const sections = Object.entries(lists).map(([kind, entries]) => renderList(kind, entries));
  io.out.write(`${sections.join("\n")}\n* raced when nothing is chosen\n`);
  return exitCodes.fine;
}

function renderList(
  kind: string,
  entries: readonly (Entry & { readonly core?: boolean })[],
): string {
  const columns = [kind, ""].map((heading) => ({ heading, align: "left" as const }));
  const rows = entries.map(({ name, summary, core }) => [core ? `${name} *` : name, summary]);
  return renderTable(columns, rows);
}
