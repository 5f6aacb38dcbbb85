/** Runs what was loaded, prints it as it happens, writes reports. */
import { readFileSync } from "node:fs";
import { createClient, nodeTransport } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import {
  collect,
  isFailed,
  keepLab,
  keepReports,
  Labs,
  needsOf,
  openSession,
  runsOf,
  runSession,
  sweepLabs,
  unattended,
  type Interaction,
  type Job,
  type Loaded,
} from "@netwright/scenario";
import { exec, faultCapabilities } from "@netwright/lab";
import { labContext } from "../lab/context.ts";
import { labPrograms, loadGenerator } from "../lab/programs.ts";
import type { Invocation } from "../verb.ts";
import { renderFailure } from "../print/failure.ts";
import { testProgress, type TestProgress } from "../print/test-progress.ts";
import { questionsOn } from "./ask.ts";
import { byHand } from "./by-hand.ts";
import { netwrightCommand } from "./netwright-command.ts";
import type { TestOptions } from "./options.ts";
import { fileOf, repeatCommand } from "./repeat.ts";

export interface Tests {
  readonly invocation: Invocation;
  readonly options: TestOptions;
  readonly jobs: readonly Job[];
  readonly seed: number;
  /** Reads files again. */
  readonly load: (files: readonly string[]) => Promise<Loaded>;
}

/** @returns the exit status. */
export async function runTests(tests: Tests): Promise<number> {
  const { invocation, options, jobs, seed } = tests;
  const { terminal } = invocation;
  for (const lab of await sweepLabs(labContext)) terminal.err(`lab ${lab}, which a killed run left, is gone\n`);
  const session = await openSession(labContext);
  const { signal } = terminal;
  const labs = new Labs({
    context: labContext,
    programs: labPrograms,
    netwright: netwrightCommand,
    loadGenerator,
    session: session.name,
    signal,
    connect: async (socket, tokenPath) =>
      createClient({
        transport: nodeTransport({ kind: "Socket", path: socket }),
        token: readFileSync(tokenPath, "utf8").trim(),
      }),
  });
  const reports = keepReports({ files: labContext.files, clock: terminal.clock, directory: options.report });
  const progress = testProgress({ ...terminal, columns: () => process.stderr.columns ?? 80 });
  try {
    const report = await runSession({
      jobs: options.reuse === undefined ? jobs : jobs.map((job) => reusing(job, options.reuse as string)),
      labs,
      clock: terminal.clock,
      width: attended(options) ? 1 : options.jobs,
      interaction: interactionOf(tests, progress),
      repeat: options.untilFail && options.repeat === 1 ? 1000 : options.repeat,
      untilFail: options.untilFail,
      seed,
      keep: options.keep,
      jumpTo: options.jumpTo,
      reused: options.reuse !== undefined,
      signal,
      report(event) {
        reports.report(event);
        progress.report(event);
      },
      lacking: needsOf(labContext, faultNeeds),
      repeatCommand: (run, job, runSeed) => repeatCommand(run, job, runSeed, options.set),
      directoryOf: (run, attempt) =>
        `${options.report}/${run.id.replaceAll(/[^A-Za-z0-9._=,-]/g, "_")}${attempt === 1 ? "" : `.${attempt}`}`,
      collect,
      onKept: async ({ lab }) => {
        await keepLab(labContext, lab);
        progress.say(
          `lab ${lab} is kept: netwright lab exec --lab ${lab} NODE -- COMMAND; netwright lab down --lab ${lab}\n`,
        );
      },
    });
    return report.runs.some(isFailed) ? 1 : 0;
  } finally {
    progress.end();
    await reports.end();
    await session.close();
  }
}

/** One at a time, where somebody is asked. */
const attended = ({ step, waitFail }: TestOptions): boolean => step || waitFail;

function interactionOf({ invocation, options, jobs, load }: Tests, progress: TestProgress): Interaction {
  const { terminal } = invocation;
  // Breakpoints are for those who sit there.
  if (!attended(options) && !terminal.live) return unattended;
  const questions = questionsOn(process.stdin, terminal.err);
  const { signal, env } = terminal;
  return byHand(
    {
      say: progress.say,
      ask: (prompt) => progress.aside(() => questions.ask(prompt, signal)),
      shell: (lab, node) =>
        progress.aside(
          async () =>
            void (await exec(labContext, { lab, node, command: [env["SHELL"] ?? "/bin/sh"], environment: env })),
        ),
      complain: (diagnostics) =>
        progress.say(renderFailure(NetwrightError.of(diagnostics), terminal.textOf, terminal.colors.err)),
      async reread(run) {
        const file = jobs.map((job) => fileOf(job, run)).find((each) => each !== undefined) ?? run.file;
        const { jobs: read, diagnostics } = await load([file]);
        const found = read.flatMap(runsOf).find(({ id }) => id === run.id);
        if (found !== undefined) return { run: found };
        const missing = { code: "NW1301", message: `${file} holds no scenario ${run.id} any more` } as const;
        return { diagnostics: diagnostics.length > 0 ? diagnostics : [missing] };
      },
    },
    { stepping: options.step, waitFail: options.waitFail },
  );
}

/** `needs: [wire]` and so on: what faults need of the machine. */
const faultNeeds = Object.fromEntries(
  (["wire", "netem", "drop", "clock"] as const).map((name) => [
    name,
    async () => {
      const found = (await faultCapabilities(labContext))[name];
      return found.kind === "Available" ? undefined : `${found.reason} (${found.hint})`;
    },
  ]),
);

function reusing(job: Job, name: string): Job {
  if (job.network.kind === "Running")
    throw new NetwrightError("NW1002", "--reuse is for scenarios that build their lab");
  return { ...job, network: { kind: "Running", name, topology: job.network.topology } };
}
