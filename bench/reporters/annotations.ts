import { comparisonName } from "../cell-name.ts";
import { describe } from "./comparison-text.ts";
import type { Reporter } from "./reporter.ts";

/**
 * GitHub workflow commands: an error for each regression and threshold missed, a warning for each cell whose
 * audit failed, and for what was not compared.
 * https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export const annotations: Reporter = {
  name: "annotations",
  summary: "GitHub annotations of what regressed",
  render({ comparisons = [], cells, foundRates, fault, compared, thresholds = [] }) {
    const broke = fault === undefined ? [] : [command("error", "run", `not whole: ${fault}`)];
    const errors = comparisons
      .filter(({ verdict, adjustedP }) => verdict === "regressed" && adjustedP !== undefined)
      .map((comparison) => command("error", comparisonName(comparison), describe(comparison)));
    // Trials of a search are meant to fail in the end.
    const audited = foundRates === undefined ? cells : [];
    const warnings = audited.flatMap(({ strategy, fixture, audit }) =>
      audit
        .filter(({ ok }) => !ok)
        .map(({ check, detail }) =>
          command("warning", "audit", `${strategy}, ${fixture}: ${check}: ${detail}`),
        ),
    );
    const leftOut = (compared?.leftOut ?? []).map(({ what, why }) =>
      command("warning", "not compared", `${what}: ${why}`),
    );
    const missed = thresholds.flatMap((own) =>
      own.missed.map((sentence) => command("error", own.threshold, sentence)),
    );
    return [...broke, ...missed, ...errors, ...leftOut, ...warnings].join("");
  },
};

function command(level: string, title: string, message: string): string {
  const data = (text: string) =>
    text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
  const property = (text: string) => data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
  return `::${level} title=${property(`readrace: ${title}`)}::${data(message)}\n`;
}
