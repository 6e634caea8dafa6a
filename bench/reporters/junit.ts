import { cellName, comparisonName, foundRateName } from "../cell-name.ts";
import type { CellResult, Comparison, FoundRate } from "../result.ts";
import { describe } from "./comparison-text.ts";
import type { Reporter } from "./reporter.ts";

interface TestCase {
  readonly name: string;
  readonly group: string;
  readonly failure?: string;
  readonly skipped?: string;
}

/** JUnit XML, as CI systems show it: a test for each audited cell and for each comparison. */
export const junit: Reporter = {
  name: "junit",
  summary: "JUnit XML: a test for each audited cell and each comparison",
  singleDocument: true,
  render(result) {
    const tests = [
      // Trials of a search are meant to fail in the end.
      ...(result.foundRates?.map(foundRateTest) ?? result.cells.map(auditTest)),
      ...(result.comparisons ?? []).map(comparisonTest),
      ...(result.thresholds ?? []).map(thresholdTest),
      ...(result.compared?.leftOut ?? []).map(leftOutTest),
      ...(result.fault === undefined ? [] : [faultTest(result.fault)]),
    ];
    const seconds = (Date.parse(result.finishedAt) - Date.parse(result.startedAt)) / 1000;
    const count = (pick: (test: TestCase) => unknown) =>
      tests.filter((test) => pick(test) !== undefined).length;
    return [
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      `<testsuites><testsuite name="readrace ${result.kind}" tests="${tests.length}" `,
      `failures="${count(({ failure }) => failure)}" skipped="${count(({ skipped }) => skipped)}" `,
      `time="${seconds}" timestamp="${result.startedAt}">\n`,
      ...tests.map(renderTest),
      "</testsuite></testsuites>\n",
    ].join("");
  },
};

function auditTest(cell: CellResult): TestCase {
  const failed = cell.audit.filter(({ ok }) => !ok);
  const failure = failed.map(({ check, detail }) => `${check}: ${detail}`).join("; ");
  return { group: "audit", name: cellName(cell), ...(failed.length > 0 && { failure }) };
}

function thresholdTest({ threshold, missed }: { threshold: string; missed: string[] }): TestCase {
  const failure = missed.join("; ");
  return { group: "threshold", name: threshold, ...(missed.length > 0 && { failure }) };
}

function leftOutTest({ what, why }: { what: string; why: string }): TestCase {
  return { group: "comparison", name: what, skipped: why };
}

function faultTest(failure: string): TestCase {
  return { group: "run", name: "comes to its end", failure };
}

function foundRateTest(found: FoundRate): TestCase {
  const { met, objective } = found;
  const failure = `no rate was found that meets ${objective}`;
  return { group: "search", name: foundRateName(found), ...(met === undefined && { failure }) };
}

/** A verdict between the first strategy and the others of a race is a finding and fails nothing. */
function comparisonTest(comparison: Comparison): TestCase {
  const test = { group: "comparison", name: comparisonName(comparison) };
  const isGate = comparison.adjustedP !== undefined;
  if (isGate && comparison.verdict === "regressed")
    return { ...test, failure: describe(comparison) };
  if (comparison.verdict === "inconclusive") {
    return { ...test, skipped: comparison.reason ?? "inconclusive" };
  }
  return test;
}

function renderTest({ name, group, failure, skipped }: TestCase): string {
  const open = `<testcase classname="readrace.${group}" name="${escapeXml(name)}"`;
  if (failure !== undefined)
    return `${open}><failure message="${escapeXml(failure)}"/></testcase>\n`;
  if (skipped !== undefined)
    return `${open}><skipped message="${escapeXml(skipped)}"/></testcase>\n`;
  return `${open}/>\n`;
}

function escapeXml(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return (
    text
      .replaceAll(/[&<>"]/g, (character) => entities[character] ?? character)
      // XML 1.0 section 2.2 has no other control characters, not even escaped.
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      .replaceAll(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "\ufffd")
  );
}
