/**
 * Transcripts: what was typed, what came back. A file holds lines `$ COMMAND`, below each its standard output, its
 * standard error with `! ` before every line, and `[exit N]` where it is not 0. Lines `## ` are prose. `# Ctrl-C at "TEXT"`
 * at the end of a command presses it when TEXT was printed. What differs from run to run is masked. A command that only
 * looks is given again while it says something else: agents report a moment later, and a busy machine may lose a session.
 */
import { spawn } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";

export interface Step {
  readonly prose: readonly string[];
  readonly command: string;
}

/** Output is what the run says: only prose and commands of a file matter to it. */
export function stepsOf(text: string): readonly Step[] {
  const steps: Step[] = [];
  let prose: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("## ")) prose.push(line);
    if (!line.startsWith("$ ")) continue;
    steps.push({ prose, command: line.slice(2) });
    prose = [];
  }
  return steps;
}

interface Options {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** For how long all commands together that only look are given again, in milliseconds. */
  readonly again: number;
}

/** The file as it is when its commands run now, one after the other. */
export async function runTranscript(text: string, options: Options): Promise<string> {
  const parts: string[] = [];
  const shown = `${text}\n`;
  let { again } = options;
  for (const step of stepsOf(text)) {
    let part = await runStep(step, options);
    while (looks.test(step.command) && !shown.includes(`${part}\n`) && again > 0) {
      const began = performance.now();
      await delay(pause);
      part = await runStep(step, options);
      again -= performance.now() - began;
    }
    parts.push(part);
  }
  return parts.join("\n");
}

/** Between two looks, in milliseconds. */
const pause = 500;

/** Changes nothing, and ends by itself. */
const looks =
  /^(?:NETWRIGHT_\S+ |netwright lab exec \S+ -- )*netwright (?:get|describe|top|trace|history|wait|verify|plan|diff|flows|events|doctor|__complete|token list|rollout (?:status|history)|lab (?:status|graph))(?![^]*# Ctrl-C)\b/;

async function runStep({ prose, command }: Step, options: Options): Promise<string> {
  const { stdout, stderr, code } = await runCommand(command, options);
  const lines = [...linesOf(stdout).map(maskLine), ...linesOf(stderr).map((line) => `! ${maskLine(line)}`)];
  const status = code === 0 ? [] : [`[exit ${code}]`];
  return [...prose, `$ ${command}`, ...lines, ...status].map((line) => `${line}\n`).join("");
}

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.replace(/\n$/, "").split("\n"));

/** Far more than any verb takes; one that hangs is killed and its status tells. */
const patience = 300_000;

function runCommand(
  command: string,
  { cwd, env }: Options,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  const interruptAt = /# Ctrl-C at "(.+)"$/.exec(command)?.[1];
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["-o", "pipefail", "-c", command], {
      cwd,
      env,
      detached: true,
      timeout: patience,
      killSignal: "SIGKILL",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    const collect = (stream: "stdout" | "stderr") => (data: Buffer) => {
      const before = output.stdout + output.stderr;
      output[stream] += String(data);
      const now = output.stdout + output.stderr;
      // The whole group, as a terminal does.
      if (interruptAt !== undefined && !before.includes(interruptAt) && now.includes(interruptAt))
        process.kill(-(child.pid ?? 0), "SIGINT");
    };
    child.stdout.on("data", collect("stdout"));
    child.stderr.on("data", collect("stderr"));
    child.on("error", reject);
    child.on("close", (code) => resolve({ ...output, code: code ?? -1 }));
  });
}

const masks: readonly (readonly [pattern: RegExp, mask: string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, "<time>"],
  [/\b\d\d:\d\d:\d\d\.\d{6}\b/g, "<time>"],
  [/\b\d+(?:\.\d+)? (?:ms|s|min)(?: \d+ s)?(?=$|[ ;,:.])/g, "<span>"],
  [/"took": [\d.]+/g, '"took": <span>'],
  [/\btook: [\d.]+/g, "took: <span>"],
  [/"?\b(pid|resourceVersion|revision|desired|observed)"?: "?\d+"?/g, "$1: <number>"],
  [/\brevision \d+( of \d+)?/g, "revision <number>"],
  [/"?\buid"?: "?[0-9a-f-]{32,36}"?/g, "uid: <uid>"],
  [/\bnw_[0-9a-f]+_[\w-]+/g, "<secret>"],
  [/\b[0-9a-f]{32}\b/g, "<digest>"],
  [/\b[0-9a-f]{16}\b/g, "<id>"],
  [/\bv?24\.\d+\.\d+\b/g, "<version>"],
  [/\bLinux \d\S*(?=,)/g, "Linux <version>"],
  // The PID column of instances, RESTARTS after it.
  [/(default +)\d+( +\d+ +web)$/g, "$1<pid>$2"],
  // Sessions of hosts and routers, which are told a moment after they are up.
  [/(?<= )\d+\/\d+(?=$| +fd00:0:0:1::| +192\.0\.2\.)/g, "<sessions>"],
  // A busy machine may lose a session for a moment: the other edge has it then.
  [/\bto edge1, edge2\b|\bto edge[12]\b(?=$| {2})/g, "to <edges>"],
  [/\bits table: via edge[12](?:, edge[12])?/g, "its table: via <edges>"],
  // Which of equal members an address and port come to.
  [/\bslot \d+ of/g, "slot <number> of"],
  // What holds of everything is proved with what is written: how many clauses that is no transcript is about.
  [/\b\d+ clauses?\b/g, "<number> clauses"],
  [/^\d+ steps$/g, "<number> steps"],
  [/\((\d+)\) : /g, "(<pid>) : "],
];

/** Blanks beside what is masked become two, because its width differs too; so do those of headings above it. */
function maskLine(line: string): string {
  const masked = masks.reduce((text, [pattern, mask]) => text.replace(pattern, mask), line);
  const isHeading = /^ *[A-Z][A-Z -]+$/.test(line);
  return masked === line && !isHeading ? line : masked.replace(/(\S) {2,}/g, "$1  ");
}
