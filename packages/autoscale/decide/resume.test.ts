/** A decision goes on from what the one before left behind, also when that was written down and read back. */
import { milliseconds, seconds } from "@netwright/base";
import { expect, test } from "vitest";
import { after, freely, observe, policyOf, scaling, seen } from "../testing/service.ts";
import { decide } from "./decide.ts";
import type { State } from "./state.ts";

const window = { ...freely, scaleDown: { ...freely.scaleDown, stabilizationWindow: seconds(120) } };
const policy = policyOf(
  ["proxy", "web"].map((name) => ({ name, scaling: scaling({ behavior: window }) })),
  { objective: { latencyP99: milliseconds(200) } },
);

/** A crowd that comes and goes: sizes over eight minutes, with a restart (or none) whenever that is asked for. */
function sizes(restart: (second: number) => boolean): readonly string[] {
  let state: State | undefined;
  let [proxy, web] = [1, 1];
  return Array.from({ length: 480 }, (_, second) => {
    const rate = second > 60 && second < 180 ? 200 + (second % 7) : 12 + (second % 5);
    const [own, behind] = [(rate * 0.01) / proxy, (rate * 0.04) / web];
    const latencyP99 = behind > 1 ? 500 : 100;
    const tiers = [seen("proxy", proxy, { cpu: own, latencyP99 }), seen("web", web, { cpu: behind, latencyP99: 90 })];
    const front = { arrivals: rate, completions: rate, latencyP99 };
    const decision = decide(policy, observe(after(second), tiers, front), state);
    state = restart(second) ? (JSON.parse(JSON.stringify(decision.state)) as State) : decision.state;
    [proxy, web] = [decision.desired["proxy"] ?? proxy, decision.desired["web"] ?? web];
    return `${proxy}/${web}`;
  });
}

test("restarts change nothing", () => {
  const undisturbed = sizes(() => false);
  expect(new Set(undisturbed).size).toBeGreaterThan(3);
  expect(sizes((second) => second % 10 === 0)).toEqual(undisturbed);
});

test("which tier holds the others back is told", () => {
  const busy = (max: number) => {
    const narrow = policyOf([
      { name: "proxy", scaling: scaling() },
      { name: "web", scaling: scaling({ max }) },
    ]);
    let state: State | undefined;
    let bottleneck: string | undefined;
    for (let second = 0; second < 40; second++) {
      const arrivals = second < 30 ? 10 : 60;
      const tiers = [seen("proxy", 1, { cpu: arrivals / 100 }), seen("web", 1, { cpu: 0.6 })];
      const decision = decide(narrow, observe(after(second), tiers, { arrivals, completions: 10 }), state);
      [state, bottleneck] = [decision.state, decision.bottleneck];
    }
    return bottleneck;
  };
  expect([busy(100), busy(1)]).toEqual([undefined, "web"]);
});
