import { plural } from "../units.ts";
import type { Check } from "./check.ts";

/** Every replicate came to its end: its process lived to tell what it had recorded, and its server to answer. */
export const processes: Check = ({ lost }) => {
  const [first] = lost;
  if (first === undefined) return undefined;
  return {
    check: "processes",
    ok: false,
    detail: `${plural(lost.length, "replicate")} of this cell broke off: ${first}`,
  };
};
