import { describe, expect, test } from "vitest";
import { bgpOf, service, stateOf } from "./fixtures.ts";
import type { BirdHave } from "./observe.ts";
import { describeBird, planBird } from "./plan.ts";
import { noServices, renderServices, servicesOf } from "./services.ts";
import { wantBird, type BirdWant } from "./want.ts";

const wantOf = (...numbers: readonly number[]): BirdWant =>
  wantBird(stateOf("host1", bgpOf("host1", numbers.map(service))));
const id = { pid: 7, startTicks: 70 };
const absent: BirdHave = {
  engine: "Absent",
  process: null,
  recorded: false,
  remains: false,
  killed: false,
  loaded: null,
  config: null,
  servicesFile: null,
  passwords: [],
  passwordsFile: null,
  services: noServices,
};

/** Everything as wanted. */
function settled(want: BirdWant): BirdHave {
  const { config, services } = want;
  return {
    ...absent,
    engine: "Answers",
    process: id,
    recorded: true,
    remains: true,
    loaded: config?.digest ?? null,
    config: config?.text ?? null,
    servicesFile: renderServices(services),
    services,
  };
}

function lines(want: BirdWant, have: BirdHave): readonly string[] {
  const { retire, install } = planBird(want, have);
  return [
    ...retire.map((one) => `retire: ${describeBird(one)}`),
    ...install.map((one) => `install: ${describeBird(one)}`),
  ];
}

describe("planBird()", () => {
  const want = wantOf(5, 6);

  test("does nothing when all is as wanted", () => expect(lines(want, settled(want))).toEqual([]));

  test("starts from nothing, and keeps the kernel's routes after a kill", () => {
    expect(lines(want, absent)).toEqual(["install: start BIRD"]);
    expect(lines(want, { ...absent, remains: true })).toEqual(["install: start BIRD"]);
    expect(lines(want, { ...absent, remains: true, killed: true })).toEqual([
      "install: start BIRD again, keeping the kernel's routes",
    ]);
  });

  test("replaces a process that does not answer", () => {
    const { install } = planBird(want, { ...settled(want), engine: "Silent" });
    expect(install).toMatchObject([{ kind: "Start", replace: id, resume: want.resume }]);
  });

  test("adopts what answers without a record of ours", () => {
    expect(lines(want, { ...settled(want), recorded: false })).toEqual(["install: adopt BIRD, pid 7"]);
  });

  test("only announces in install, only withdraws in retire", () => {
    expect(lines(wantOf(5, 6, 7), settled(want))).toEqual(["install: announce 2001:db8:100::7/128"]);
    expect(lines(wantOf(6), settled(want))).toEqual(["retire: withdraw 2001:db8:100::5/128"]);
    expect(lines(wantOf(6, 7), settled(want))).toEqual([
      "retire: withdraw 2001:db8:100::5/128",
      "install: announce 2001:db8:100::7/128",
    ]);
    expect(lines(wantOf(), settled(want))).toEqual([
      "retire: withdraw 2001:db8:100::5/128, 2001:db8:100::6/128, 2001:db8:100::/128",
    ]);
  });

  test("withdraws under the configuration that is loaded, then loads the new one", () => {
    const have = { ...settled(want), config: "description", loaded: "0123456789abcdef" };
    const onDisk = `  description "${have.loaded}";\n`;
    const plan = planBird(wantOf(6), { ...have, config: onDisk });
    expect(plan.retire).toMatchObject([{ kind: "Announce", digest: have.loaded }]);
    expect(plan.install).toMatchObject([{ kind: "Configure", services: servicesOf(bgpOf("host1", [service(6)])) }]);
  });

  test("writes both files at once when what is on disk is not what is loaded", () => {
    const damaged = { ...settled(want), config: "nonsense", servicesFile: "nonsense" };
    expect(lines(want, damaged)).toEqual(["install: load a new BIRD configuration"]);
    expect(planBird(wantOf(6, 7), damaged)).toMatchObject({
      retire: [{ kind: "Configure", services: { announce: [service(6)] } }],
      install: [{ kind: "Announce", services: { announce: [service(6), service(7)] } }],
    });
  });

  test("repairs a services file that a restart would come up from", () => {
    expect(lines(want, { ...settled(want), servicesFile: null })).toEqual([
      "install: write the announcements' file again",
    ]);
  });

  test("stops what runs or is left when there is no neighbour", () => {
    const none = wantBird(stateOf("host1", { ...bgpOf("host1"), neighbors: [] }));
    expect(lines(none, settled(want))).toEqual(["retire: stop BIRD"]);
    expect(lines(none, { ...absent, remains: true })).toEqual(["retire: stop BIRD"]);
    expect(lines(none, absent)).toEqual([]);
  });
});
