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
  // Of runs side by side one at a time speaks with the person, who would not know which one an answer goes to.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(talk: () => Promise<T>): Promise<T> => {
    const turn = last.then(talk);
    last = turn.catch(() => {});
    return turn;
  };
  const shellOr = async (answer: string, moment: Moment): Promise<void> => {
    const names = moment.stage.topology.nodes.map(({ name }) => name);
    if (names.includes(answer)) await hands.shell(moment.stage.lab, answer);
    else hands.say(`there is no node ${answer}: ${names.join(", ")}\n`);
  };
  async function before(moment: Moment): Promise<"Run" | "Skip" | "Quit"> {
    for (;;) {
      // Somebody may have gone on while this one waited for its turn.
      if (!stepping && !moment.breakpoint) return "Run";
      const prompt = `next in ${moment.run.id}: ${moment.name}  [Enter: run, s: skip, c: go on, NODE: shell, q: end] `;
      const answer = await hands.ask(prompt);
      if (answer === undefined || answer === "c") stepping = false;
      if (answer === undefined || answer === "" || answer === "c") return "Run";
      if (answer === "s") return "Skip";
      if (answer === "q") return "Quit";
      await shellOr(answer, moment);
    }
  }
  async function failed(moment: Moment, step: StepReport): Promise<Next> {
    hands.say(`failed: ${step.name}\n  ${step.reason ?? ""}\n  ${step.source.file}:${step.source.line}\n`);
    for (;;) {
      const answer = await hands.ask("[Enter: read the file again and retry, c: go on, NODE: shell, q: end] ");
      if (answer === undefined || answer === "c") return { next: "GoOn" };
      if (answer === "q") return { next: "Quit" };
      const retried = answer === "" ? await retry(hands, moment, step) : await shellOr(answer, moment);
      if (retried !== undefined) return retried;
    }
  }
  return {
    attended: ({ spec }) =>
      options.stepping ||
      options.waitFail ||
      [...spec.setup, ...spec.steps, ...spec.teardown].some(({ breakpoint }) => breakpoint),
    before: async (moment) => (stepping || moment.breakpoint ? inTurn(() => before(moment)) : "Run"),
    failed: async (moment, step) => (options.waitFail ? inTurn(() => failed(moment, step)) : { next: "GoOn" }),
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
