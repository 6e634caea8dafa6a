import { annotations } from "./annotations.ts";
import { benchfmt } from "./benchfmt.ts";
import { bmf } from "./bmf.ts";
import { csv } from "./csv.ts";
import { github, githubBigger } from "./github.ts";
import { hgrm } from "./hgrm.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import type { Reporter } from "./reporter.ts";
import { text } from "./text.ts";

/** Every reporter, by its name on the command line. */
export const reporters: readonly Reporter[] = [
  text,
  json,
  markdown,
  github,
  githubBigger,
  bmf,
  benchfmt,
  hgrm,
  csv,
  junit,
  annotations,
];
