import { Command, CommanderError } from "commander";
import { version } from "../package.json";
import { UserError } from "./errors.ts";
import { addChaosOptions, type ChaosConfig, readChaosOptions } from "./flags/chaos.ts";
import { addCompareOptions, type CompareConfig, readCompareOptions } from "./flags/compare.ts";
import { addLoadOptions, type LoadConfig, readLoadOptions } from "./flags/load.ts";
import { addMicroOptions, type MicroConfig, readMicroOptions } from "./flags/micro.ts";
import {
  addOutputOptions,
  type Env,
  type Invocation,
  type OutputConfig,
  type OutputFlags,
  readOutput,
  readResultsDirectory,
} from "./flags/output.ts";
import { addPeersOptions, type PeersConfig, readPeersOptions } from "./flags/peers.ts";
import { addServeOptions, readServeOptions, type ServeConfig } from "./flags/serve.ts";
import { suggest } from "./flags/suggest.ts";
import { chooseOne } from "./flags/values.ts";
import { reporters } from "./reporters/registry.ts";
import type { Reporter } from "./reporters/reporter.ts";

/** What the user asked for, checked: nothing past this file reads argv or the environment. */
export type Config =
  | { readonly command: "load"; readonly load: LoadConfig }
  | { readonly command: "compare"; readonly compare: CompareConfig }
  | { readonly command: "micro"; readonly micro: MicroConfig }
  | { readonly command: "serve"; readonly serve: ServeConfig }
  | { readonly command: "report"; readonly files: readonly string[]; readonly reporter: Reporter }
  | { readonly command: "chaos"; readonly chaos: ChaosConfig }
  | { readonly command: "peers"; readonly peers: PeersConfig }
  | { readonly command: "verify"; readonly output: OutputConfig }
  | { readonly command: "history"; readonly resultsDirectory: string; readonly json: boolean }
  | { readonly command: "list"; readonly json: boolean }
  /** Help or the version was asked for; this is the text. */
  | { readonly command: "show"; readonly text: string };

const examples = `
The flags of a race: bun run bench load --help

Examples:
  bun run bench                                  race the core strategies; about 90 s
  bun run bench --quick                          the same in some 20 s, for a first look
  bun run bench load -s callback,web-streams -f 64k -c 1,64 -d 5s
  bun run bench load -f hello -c 64 --close      a connection for each request
  bun run bench load --target http://127.0.0.1:8000/ -c 16
  bun run bench load --threshold 'serviceP99Ns<5ms' --json -o result.json
  bun run bench compare main                     has the work tree made reading slower?
  bun run bench micro                            what a reader costs by itself, without a socket
  bun run bench peers                            beside wrk and others, where they are installed
  bun run bench report result.json
  bun run bench serve --port 8080
  bun run bench verify                           is what is measured here true? two minutes
  bun run bench chaos                            does anything hang or lie when servers do wrong?

Exit codes: 0 fine; 1 a regression, a threshold missed or no rate found; 2 wrong input; 3 invalid
measurement; 130 interrupted.`;

/** Reads the command line. Throws a UserError that says what is wrong and how to mend it. */
export function readConfig(argv: readonly string[], env: Env): Config {
  let config: Config | undefined;
  let shown = "";
  const program = new Command("bun run bench");
  // Subcommands inherit these settings, so that they come before them.
  program.exitOverride().configureOutput({
    writeOut: (text) => {
      shown += text;
    },
    writeErr: () => {},
  });
  program
    .usage("[command] [flags]")
    .description("Race the ways to read a socket.")
    .version(version, "-V, --version", "print the version")
    .addHelpText("after", examples);
  for (const add of commands) {
    add(program, { argv, env }, (chosen) => {
      config = chosen;
    });
  }
  refuseUnknownCommand(program, argv);
  try {
    program.parse(argv, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw new UserError(describeError(error, argv));
    return { command: "show", text: shown };
  }
  if (config === undefined) throw new Error("no command was read");
  return config;
}

/** Adds a command with its flags; `choose` hears what they say, once they are parsed. */
type AddCommand = (
  program: Command,
  invocation: Invocation,
  choose: (config: Config) => void,
) => void;

const commands: readonly AddCommand[] = [
  (program, invocation, choose) => {
    const command = program.command("load", { isDefault: true });
    addLoadOptions(command.description("one race, as the flags say (the default)")).action(
      (flags) => choose({ command: "load", load: readLoadOptions(flags, invocation) }),
    );
  },
  (program, invocation, choose) => {
    const does = "two git revisions or strategies raced live, or two result files: a gate";
    addCompareOptions(program.command("compare").description(does)).action(
      (base: string, head: string | undefined, flags) =>
        choose({ command: "compare", compare: readCompareOptions(base, head, flags, invocation) }),
    );
  },
  (program, invocation, choose) => {
    const does = "the readers alone, fed from memory, no socket: what each costs by itself";
    addMicroOptions(program.command("micro").description(does)).action((flags) =>
      choose({ command: "micro", micro: readMicroOptions(flags, invocation) }),
    );
  },
  (program, _, choose) => {
    program
      .command("report")
      .description("show results in any format")
      .argument("<files...>", "result files")
      .option("-r, --reporter <name>", "how to show them; see list", "text")
      .addHelpText("after", reportExamples)
      .action((files: string[], flags: { reporter: string }) =>
        choose({
          command: "report",
          files,
          reporter: chooseOne("reporter", flags.reporter, reporters),
        }),
      );
  },
  (program, _, choose) => {
    const does = "the fixture server alone, for other clients";
    addServeOptions(program.command("serve").description(does)).action((flags) =>
      choose({ command: "serve", serve: readServeOptions(flags) }),
    );
  },
  (program, invocation, choose) => {
    const does =
      "our own driver against servers whose delays are known: is this machine's measurement true?";
    addOutputOptions(program.command("verify").description(does))
      .addHelpText("after", verifyExamples)
      .action((flags: OutputFlags) =>
        choose({ command: "verify", output: readOutput(flags, invocation) }),
      );
  },
  (program, invocation, choose) => {
    const does = "our strategies beside wrk, h2load, ab, autocannon, fetch and others";
    addPeersOptions(program.command("peers").description(does)).action((flags) =>
      choose({ command: "peers", peers: readPeersOptions(flags, invocation) }),
    );
  },
  (program, _, choose) => {
    const does = "servers that do wrong at random: is every fault seen as what it is?";
    addChaosOptions(program.command("chaos").description(does)).action((flags) =>
      choose({ command: "chaos", chaos: readChaosOptions(flags) }),
    );
  },
  (program, { env }, choose) => {
    program
      .command("history")
      .description("recorded runs over time, and where a level changed")
      .option("--json", "as JSON")
      .addHelpText("after", historyExamples)
      .action((flags: JsonFlags) =>
        choose({
          command: "history",
          resultsDirectory: readResultsDirectory(env),
          json: flags.json ?? false,
        }),
      );
  },
  (program, _, choose) => {
    program
      .command("list")
      .description("strategies, fixtures, metrics and reporters")
      .option("--json", "as JSON")
      .action((flags: JsonFlags) => choose({ command: "list", json: flags.json ?? false }));
  },
];

interface JsonFlags {
  readonly json?: true;
}

const reportExamples = `
Examples:
  bun run bench report result.json
  bun run bench report results/runs/*-load-*.json -r benchfmt > races.txt
  bun run bench report comparison.json -r markdown >> "$GITHUB_STEP_SUMMARY"`;

const verifyExamples = `
Examples:
  bun run bench verify                 two minutes
  bun run bench verify --json --no-save | jq '.cells[].audit'

Exit codes: 0 every percentile agrees with what is known, 3 otherwise.`;

const historyExamples = `
Examples:
  bun run bench load -s callback -f hello --record     adds a run
  bun run bench history                                what has changed, and when`;

/** With a default command commander would take an unknown word for that command's argument. */
function refuseUnknownCommand(program: Command, [word]: readonly string[]): void {
  if (word === undefined || word.startsWith("-")) return;
  const names = [...program.commands.map((command) => command.name()), "help"];
  if (names.includes(word)) return;
  const meant = suggest(word, names);
  const hint = meant ? `did you mean ${meant}?` : `there are ${names.join(", ")}`;
  throw new UserError(`no command is named "${word}"; ${hint}`);
}

/** Commander speaks in lines, with a prefix of its own, and is silent on the help of nothing. */
function describeError({ code, message }: CommanderError, argv: readonly string[]): string {
  if (code === "commander.help") return `no command is named "${argv[1]}"; see --help`;
  if (code === "commander.excessArguments") return excessArguments(message.slice(7), argv);
  return message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
}

/** Words that nobody takes: a command may be among them, or one word too many. */
function excessArguments(message: string, [first = ""]: readonly string[]): string {
  const said = message.replace(/\.$/, "");
  return first.startsWith("-")
    ? `${said}; the command comes first`
    : `${said}; see ${first} --help`;
}
