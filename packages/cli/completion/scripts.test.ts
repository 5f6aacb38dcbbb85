/** The completion of bash, in a real bash; those of zsh and fish by the rules that their manuals give. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { completionScripts } from "./scripts.ts";

let directory: string;

/** Stands for the program: says how it was asked, and gives what a test wants. */
const program = `#!/bin/sh
printf '%s|' "$@" >>"$ASKED"
case "$*" in
  "__complete -- sc") echo scale ;;
  "__complete -- scale service/shop w") echo web= ;;
  "__complete -- get h") printf 'hosts\\nhost/host1\\n' ;;
esac
`;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "netwright-completion-"));
  writeFileSync(join(directory, "netwright"), program, { mode: 0o755 });
  writeFileSync(join(directory, "script.bash"), completionScripts.bash);
});
afterAll(() => rmSync(directory, { recursive: true }));

const environment = () => ({ PATH: `${directory}:/usr/bin:/bin`, ASKED: join(directory, "asked"), TERM: "dumb" });

function bash(script: string): string {
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-ec", script], {
    encoding: "utf8",
    env: environment(),
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout;
}

const source = () => `source ${join(directory, "script.bash")}`;

describe("bash", () => {
  test("takes the script, and asks it for netwright", () => {
    expect(bash(`${source()}; complete -p netwright`)).toBe("complete -o default -F _netwright netwright\n");
  });

  test.each([
    ["a verb", ["netwright", "sc"], "scale\n"],
    ["several names", ["netwright", "get", "h"], "hosts\nhost/host1\n"],
    ["nothing", ["netwright", "no such"], ""],
  ])("%s", (_, words, candidates) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    const line = `${source()}; COMP_WORDS=(${quoted}); COMP_CWORD=${words.length - 1}; _netwright; printf '%s\\n' "\${COMPREPLY[@]}"`;
    expect(bash(line)).toBe(candidates === "" ? "\n" : candidates);
  });

  test("at a terminal: a verb is finished with a blank, a tier without", async () => {
    expect(await typed("netwright sc\tX\n")).toContain("netwright scale X");
    expect(await typed("netwright scale service/shop w\t3\n")).toContain("netwright scale service/shop web=3");
  });
});

/** What an interactive bash shows of a line that is typed at a terminal. */
async function typed(line: string): Promise<string> {
  const child = spawn("script", ["-qc", "bash --norc --noprofile -i", "/dev/null"], {
    env: { ...environment(), PS1: "> " },
  });
  let seen = "";
  child.stdout.on("data", (data) => (seen += String(data)));
  const shows = async (text: string): Promise<void> => {
    while (!seen.includes(text)) await new Promise((resolve) => child.stdout.once("data", resolve));
  };
  child.stdin.write(`${source()}; echo rea""dy\n`);
  await shows("ready\r\n");
  child.stdin.write(line.replace("\n", ""));
  child.stdin.write("\necho do''ne; exit\n");
  await shows("done\r\n");
  child.stdin.end();
  return seen;
}

describe("zsh and fish, which are not run here", () => {
  test("zsh: the file may be sourced, or found by its first line and its name in fpath (zshcompsys(1))", () => {
    const lines = completionScripts.zsh.trimEnd().split("\n");
    expect(lines[0]).toBe("#compdef netwright");
    expect(lines).toContain("compdef _netwright netwright");
    // Autoloaded, the file is the function's first call.
    expect(lines.at(-1)).toBe('if [[ "$funcstack[1]" == _netwright ]]; then _netwright "$@"; fi');
  });

  test.each(["zsh", "fish"] as const)("%s: brackets and quotes are closed", (shell) => {
    const text = completionScripts[shell].replace(/#.*$/gm, "");
    for (const [open, close] of ["()", "[]", "{}"]) {
      expect(text.split(open as string).length, `${open} in ${shell}`).toBe(text.split(close as string).length);
    }
    expect(text.split('"').length % 2).toBe(1);
    expect(text.split("'").length % 2).toBe(1);
  });
});
