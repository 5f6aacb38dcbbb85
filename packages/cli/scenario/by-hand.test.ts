import { expect, test } from "vitest";
import type { Moment, ScenarioRun, StepReport } from "@netwright/scenario";
import { byHand, type Hands } from "./by-hand.ts";

const run = { id: "s", spec: { setup: [], steps: [{}, {}], teardown: [] } } as unknown as ScenarioRun;
const moment = {
  stage: { lab: "t-1", topology: { nodes: [{ name: "a" }, { name: "b" }] } },
  run,
  phase: "Steps",
  name: "ping",
  breakpoint: false,
} as unknown as Moment;
const step = {
  name: "ping",
  phase: "Steps",
  index: [1],
  reason: "nothing",
  source: { file: "s.yaml", line: 3 },
} as unknown as StepReport;

function hands(answers: readonly (string | undefined)[], reread: Hands["reread"] = async () => ({ run })) {
  const left = [...answers];
  const said: string[] = [];
  const made: Hands = {
    say: (text) => void said.push(text),
    ask: async (prompt) => {
      said.push(prompt);
      return left.shift();
    },
    shell: async (lab, node) => void said.push(`shell ${lab} ${node}`),
    reread,
    complain: (diagnostics) => void said.push(...diagnostics.map(({ message }) => message)),
  };
  return { made, said };
}

test("every step is stopped at until somebody goes on, and a breakpoint always", async () => {
  const { made } = hands(["", "s", "c", "q"]);
  const interaction = byHand(made, { stepping: true, waitFail: false });
  expect(await interaction.before(moment)).toBe("Run");
  expect(await interaction.before(moment)).toBe("Skip");
  expect(await interaction.before(moment)).toBe("Run");
  expect(await interaction.before(moment)).toBe("Run");
  expect(await interaction.before({ ...moment, breakpoint: true })).toBe("Quit");
});

test("a name of a node is a shell there, another word is explained", async () => {
  const { made, said } = hands(["b", "c3", ""]);
  expect(await byHand(made, { stepping: true, waitFail: false }).before(moment)).toBe("Run");
  expect(said.filter((text) => !text.startsWith("next"))).toEqual(["shell t-1 b", "there is no node c3: a, b\n"]);
});

test("when nobody answers any more, it goes on", async () => {
  const interaction = byHand(hands([undefined, undefined]).made, { stepping: true, waitFail: true });
  expect(await interaction.before(moment)).toBe("Run");
  expect(await interaction.failed(moment, step)).toEqual({ next: "GoOn" });
});

test("after a failure the file is read again; while it is wrong that is said, and asked again", async () => {
  const reads = [{ diagnostics: [{ code: "NW1102", message: "no YAML" } as const] }, { run }];
  const { made, said } = hands(["", ""], async () => reads.shift() ?? { run });
  expect(await byHand(made, { stepping: false, waitFail: true }).failed(moment, step)).toEqual({ next: "Retry", run });
  expect(said[0]).toBe("failed: ping\n  nothing\n  s.yaml:3\n");
  expect(said).toContain("no YAML");
});

test("a step that is not there any more cannot be tried again", async () => {
  const shorter = { ...run, spec: { ...run.spec, steps: [{}] } } as unknown as ScenarioRun;
  const { made, said } = hands(["", "q"], async () => ({ run: shorter }));
  expect(await byHand(made, { stepping: false, waitFail: true }).failed(moment, step)).toEqual({ next: "Quit" });
  expect(said).toContain("the file has no step 2 there any more\n");
});

test("of two breakpoints at once the second waits until the first one was answered", async () => {
  const first = Promise.withResolvers<string>();
  const answers = [first.promise, Promise.resolve("s")];
  const { made, said } = hands([]);
  const ask = (prompt: string) => {
    said.push(prompt);
    return answers.shift() ?? Promise.resolve(undefined);
  };
  const interaction = byHand({ ...made, ask }, { stepping: false, waitFail: false });
  const other = { ...moment, run: { ...run, id: "t" }, breakpoint: true } as Moment;
  const both = [interaction.before({ ...moment, breakpoint: true }), interaction.before(other)];
  await new Promise(setImmediate);
  expect(said.map((text) => text.split("  ")[0])).toEqual(["next in s: ping"]);
  first.resolve("");
  expect(await Promise.all(both)).toEqual(["Run", "Skip"]);
  expect(said.map((text) => text.split("  ")[0])).toEqual(["next in s: ping", "next in t: ping"]);
});
