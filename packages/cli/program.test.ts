import { describe, expect, test } from "vitest";
import { loadVerb } from "./command.ts";
import { runProgram } from "./program.ts";
import { verbs } from "./registry.ts";
import { keptTerminal } from "./testing/terminal.ts";
import { productVersion } from "@netwright/base/version.ts";

async function run(
  ...argv: readonly string[]
): Promise<{ readonly status: number; readonly out: string; readonly err: string }> {
  const terminal = keptTerminal();
  const status = await runProgram(argv, terminal);
  return { status, ...terminal.printed };
}

test.each([[[]], [["help"]], [["--help"]], [["-h"]]])("%j lists every verb that people call", async (argv) => {
  const { status, out } = await run(...argv);
  expect(status).toBe(0);
  for (const { name, summary, hidden } of verbs)
    expect(out.includes(`${name} `) && out.includes(summary)).toBe(hidden !== true);
});

test.each([["--version"], ["-V"], ["version"]])("%s", async (argument) => {
  expect(await run(argument)).toMatchObject({
    status: 0,
    err: "",
    out: expect.stringContaining(productVersion) as string,
  });
});

test("version for programs", async () => {
  const { out } = await run("version", "-o", "json");
  expect(JSON.parse(out)).toMatchObject({ version: productVersion });
});

describe("mistakes are exit status 2, with what was meant", () => {
  test.each([
    [["aply"], 'there is no verb "aply"', "did you mean apply?"],
    [["zzzzzz"], 'there is no verb "zzzzzz"', "netwright --help lists the verbs"],
    [["get", "services", "--outptu", "json"], "unknown option '--outptu'", "did you mean --output?"],
    [["get"], "missing required argument 'object'", "netwright get --help"],
    [["apply"], "required option '-f, --file <path>' not specified", "netwright apply --help"],
    [["get", "services", "-o", "xml"], "argument 'xml' is invalid", "netwright get --help"],
    [["lab"], "lab needs a subcommand", "netwright lab --help"],
    [["lab", "upp"], "unknown command 'upp'", "did you mean up?"],
    [["explain", "nothing"], 'there is no kind or error code "nothing"', "kinds: "],
    [["scale", "service/shop", "web"], '"web" is not a size', "write TIER=REPLICAS"],
  ])("%j", async (argv, message, hint) => {
    const { status, out, err } = await run(...argv);
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(/^error NW1001 usage: /);
    expect(err).toContain(message);
    expect(err).toContain(`hint: ${hint}`);
  });
});

test("the help of every verb shows its summary and an example, and ends well", async () => {
  for (const entry of verbs.filter(({ hidden }) => hidden !== true)) {
    const { verb } = await loadVerb(entry);
    const { status, out, err } = await run(entry.name, "--help");
    expect({ status, err }).toEqual({ status: 0, err: "" });
    // Programs explain themselves.
    if (verb.endsBySignal !== true) expect(out).toMatch(/\nExamples?:\n/);
    expect(await run("help", entry.name)).toEqual({ status, out, err });
  }
});

test("options that several verbs have are written and explained alike", async () => {
  const loaded = await Promise.all(verbs.map(loadVerb));
  const meanings = new Map<string, Set<string>>();
  // What these name differs from verb to verb.
  const own = new Set([
    "--output",
    "--project",
    "--watch",
    "--follow",
    "--file",
    "--filter",
    "--write",
    "--hosts",
    "--lab",
    "--prune",
    "--from",
    "--for",
    "--to",
    "--all",
    "--seed",
  ]);
  for (const { leaves } of loaded)
    for (const option of leaves.flatMap((leaf) => leaf.options))
      if (!own.has(option.long ?? "")) {
        const seen = meanings.get(option.long ?? "") ?? new Set<string>();
        meanings.set(option.long ?? "", seen.add(`${option.flags}: ${option.description}`));
      }
  expect([...meanings].filter(([, texts]) => texts.size > 1)).toEqual([]);
});

test("an interrupted command line ends with 130 and says nothing", async () => {
  const terminal = keptTerminal({ env: { NETWRIGHT_SERVER: "unix:/nowhere", NETWRIGHT_TOKEN_FILE: "/dev/null" } });
  terminal.interrupt();
  expect(await runProgram(["get", "services"], terminal)).toBe(130);
  expect(terminal.printed.err).toBe("");
});

test("a server that is away is exit status 6", async () => {
  const terminal = keptTerminal({ env: { NETWRIGHT_SERVER: "unix:/nowhere", NETWRIGHT_TOKEN_FILE: "/dev/null" } });
  expect(await runProgram(["get", "services"], terminal)).toBe(6);
  expect(terminal.printed.err).toContain("error NW1505 unavailable: the server at /nowhere cannot be reached");
});
