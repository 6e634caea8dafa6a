import { plural } from "../units.ts";
import type { Check } from "./check.ts";

/** Every process that was started lived to tell what it had recorded. */
export const processes: Check = ({ lost = [] }) => {
  const [first] = lost;
  if (first === undefined) return undefined;
  return {
    check: "processes",
    ok: false,
    detail: `${plural(lost.length, "process", "processes")} of this cell ended too early: ${first}`,
  };
};
