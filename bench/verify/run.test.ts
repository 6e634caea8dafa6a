import { expect, test } from "bun:test";
import { until } from "../../src/until.testing.ts";
import { childrenOf, commandOf, hasPs } from "../system/children.testing.ts";
import { verifyCases } from "./cases.ts";
import { verifyCase } from "./run.ts";

test.skipIf(!hasPs)(
  "a case whose generator is lost says so, and is not taken for one that was interrupted [skipped without ps]",
  async () => {
    const [theCase] = verifyCases;
    if (theCase === undefined) throw new Error("there is no case");
    const outcome = verifyCase(theCase, new AbortController().signal).catch((error) => error);
    let victim: number | undefined;
    await until(() => {
      victim = childrenOf(process.pid).find((pid) => commandOf(pid).includes("load/generator"));
      return victim !== undefined;
    });
    process.kill(victim ?? Number.NaN, "SIGKILL");
    expect(await outcome).toMatchObject({ message: expect.stringContaining("SIGKILL") });
  },
);
