/** `--step`, `--wait-fail` and breakpoints: what a person at the terminal may do between steps. */
import type { Diagnostic } from "@netwright/base";
import type { Interaction, Moment, ScenarioRun, StepReport } from "@netwright/scenario";

export interface Hands {
  readonly say: (text: string) => void;
  /** One line that a person wrote; undefined when nobody will write any more. */
  readonly ask: (prompt: string) => Promise<string | undefined>;
  /** Until the person leaves it. */
  readonly shell: (lab: string, node: string) => Promise<void>;
  /** The scenario as its file says now. */
  readonly reread: (
    run: ScenarioRun,
  ) => Promise<{ readonly run: ScenarioRun } | { readonly diagnostics: readonly Diagnostic[] }>;
  readonly complain: (diagnostics: readonly Diagnostic[]) => void;
}

type Next = Awaited<ReturnType<Interaction["failed"]>>;

/** @param options.stepping stop before every step. @param options.waitFail stop after a failure. */
export function byHand(hands: Hands, options: { readonly stepping: boolean; readonly waitFail: boolean }): Interaction {
  let { stepping } = options;
  const shellOr = async (answer: string, moment: Moment): Promise<void> => {
    const names = moment.stage.topology.nodes.map(({ name }) => name);
    if (names.includes(answer)) await hands.shell(moment.stage.lab, answer);
    else hands.say(`there is no node ${answer}: ${names.join(", ")}\n`);
  };
  return {
    attended: ({ spec }) =>
      options.stepping ||
      options.waitFail ||
      [...spec.setup, ...spec.steps, ...spec.teardown].some(({ breakpoint }) => breakpoint),
    async before(moment) {
      if (!stepping && !moment.breakpoint) return "Run";
      for (;;) {
        const answer = await hands.ask(`next: ${moment.name}  [Enter: run, s: skip, c: go on, NODE: shell, q: end] `);
        if (answer === undefined || answer === "c") stepping = false;
        if (answer === undefined || answer === "" || answer === "c") return "Run";
        if (answer === "s") return "Skip";
        if (answer === "q") return "Quit";
        await shellOr(answer, moment);
      }
    },
    async failed(moment, step) {
      if (!options.waitFail) return { next: "GoOn" };
      hands.say(`failed: ${step.name}\n  ${step.reason ?? ""}\n  ${step.source.file}:${step.source.line}\n`);
      for (;;) {
        const answer = await hands.ask("[Enter: read the file again and retry, c: go on, NODE: shell, q: end] ");
        if (answer === undefined || answer === "c") return { next: "GoOn" };
        if (answer === "q") return { next: "Quit" };
        const retried = answer === "" ? await retry(hands, moment, step) : await shellOr(answer, moment);
        if (retried !== undefined) return retried;
      }
    },
  };
}

async function retry(hands: Hands, { run }: Moment, step: StepReport): Promise<Next | undefined> {
  const read = await hands.reread(run);
  if ("run" in read && listOf(read.run, step).length > (step.index[0] ?? 0)) return { next: "Retry", run: read.run };
  if ("run" in read) hands.say(`the file has no step ${(step.index[0] ?? 0) + 1} there any more\n`);
  else hands.complain(read.diagnostics);
  return undefined;
}

const listOf = ({ spec }: ScenarioRun, { phase }: StepReport): readonly unknown[] =>
  phase === "Setup" ? spec.setup : phase === "Steps" ? spec.steps : spec.teardown;
