/** Contracts against what runs: kernels are read back and proved, connections are tried, and hands are caught. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { instanceOf, startLab, type LiveLab } from "./live-lab.ts";
import { scratchDirectory } from "./product.ts";
import { until } from "./until.ts";

const tenant = "nwn-default.web";

let lab: LiveLab;
/** Where the web server is. */
let host: string;
/** Addresses of the lab's two clients. */
let [near, far] = ["", ""];

beforeAll(async () => {
  lab = await startLab("verify", "--hosts", "2");
  await lab.must("apply", "-f", "examples/shop.yaml");
  await lab.must("scale", "service/shop", "proxy=2");
  await lab.must("apply", "-f", await jobs());
  ({ host } = await instanceOf(lab, "shop-web-1"));
});
afterAll(() => lab.down());

/** A worker that may talk to one client of the lab and not to the other. */
async function jobs(): Promise<string> {
  near = await addressOf("internet1");
  far = await addressOf("internet2");
  const file = join(scratchDirectory(), "jobs.yaml");
  writeFileSync(
    file,
    `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: jobs }
spec:
  network: jobs
  tiers:
    - name: worker
      workload: { image: host, command: [python3, -m, http.server, --bind, "::", "8080"], port: 8080 }
  egress: [{ from: worker, to: "${near}/128", port: 8000 }]
`,
  );
  return file;
}
const addressOf = async (node: string): Promise<string> =>
  /2001:db8:f:[0-9a-f:]+/.exec(await lab.at(node, "ip -6 -o address show scope global"))?.[0] ?? "";

const inTenant = (command: string): Promise<string> => lab.at(host, `nsenter --net=/run/netns/${tenant} -- ${command}`);

interface Tried {
  readonly results: readonly {
    readonly verdict: string;
    readonly arrived: boolean | null;
    readonly test: {
      readonly from: unknown;
      readonly to: string;
      readonly side: string;
      readonly probe: { readonly destination: string; readonly port: number };
      readonly predicted: { readonly verdict: string };
    };
  }[];
  readonly clauses: readonly {
    readonly clause: string;
    readonly tested: { readonly verdict: string; readonly untried: readonly string[] };
  }[];
}

/** A busy machine may lose a session for a moment, and a way with it. */
const liveIsProved = () =>
  until(
    "every kernel is what was meant",
    () => lab.netwright("verify", "--live"),
    ({ code }) => code === 0,
  );

test("a fresh lab is what was meant: every kernel, and every connection that is tried", async () => {
  expect((await liveIsProved()).stdout).toMatch(/^kernel +\d+/m);
  const { results, clauses } = await until(
    "every connection is as it was proved",
    async () => JSON.parse((await lab.netwright("verify", "--test", "-o", "json")).stdout) as Tried,
    (tried) => tried.results.every(({ verdict }) => verdict === "Agrees"),
  );
  // Somebody has looked at the instances too.
  expect(results.map(({ arrived }) => arrived)).toEqual(expect.arrayContaining([true, false]));
  expect(new Set(results.map(({ test: { side } }) => side))).toEqual(new Set(["Inside", "Outside"]));
  // Each proxy has got a connection from outside.
  const reached = results.filter(({ test: each, arrived }) => each.from === "internet" && arrived === true);
  expect(new Set(reached.map(({ test: { to } }) => to))).toEqual(new Set(["shop-proxy-1", "shop-proxy-2"]));
  const left = results.filter(({ test: { to } }) => to === "internet");
  expect(
    left.map(({ test: { probe, predicted } }) => `${predicted.verdict} ${probe.destination} ${probe.port}`),
  ).toEqual(
    expect.arrayContaining([
      `Delivered ${near} 8000`,
      `Dropped ${near} 7999`,
      `Dropped ${near} 8001`,
      `Dropped ${far} 8000`,
    ]),
  );
  const tested = new Map(clauses.map(({ clause, tested: { verdict } }) => [clause, verdict]));
  for (const clause of [
    "chain service/shop",
    "no black hole service/shop",
    "waypoints service/shop",
    "chain service/jobs",
  ])
    expect([clause, tested.get(`implied ${clause}`)]).toEqual([clause, "AsProved"]);
  expect(clauses.find(({ clause }) => clause === "implied address plan")?.tested).toMatchObject({
    verdict: "None",
    untried: ["it is about numbers, not about connections"],
  });
});

test("what is opened by hand is named with the packet that proves it, and is a connection that nobody proved", async () => {
  await lab.must("pause", `host/${host}`);
  const flows = await inTenant("nft list map inet netwright flows");
  const [, classes = ""] = /(\w+ \. \w+ \. tcp) \. 8080/.exec(flows) ?? [];
  await until(
    "the agent leaves it as it is",
    async () => {
      await inTenant(`nft add element inet netwright flows '{ ${classes} . 8081 : accept }'`);
      const live = await lab.netwright("verify", "--live");
      return { live, still: (await inTenant("nft list map inet netwright flows")).includes(". 8081") };
    },
    ({ live, still }) => {
      if (!still) return false;
      expect(live.code).toBe(1);
      expect(live.stdout).toContain(`refuted implied kernel ${host} ${tenant}`);
      expect(live.stdout).toMatch(/packet +\[.*\]:8081 tcp/);
      expect(live.stdout).toMatch(/path.* 8081/s);
      return true;
    },
  );
  const tried = await lab.netwright("verify", "--test", "--clause", "implied chain service/shop");
  expect(tried.code).toBe(1);
  expect(tried.stdout).toMatch(/^not as proved shop-proxy-1 -> shop-web-1 \[.*\]:8081\/tcp$/m);
  expect(tried.stdout).toMatch(/^ +prover +dropped: .*no rule allows .* tcp port 8081$/m);
  expect(tried.stdout).toMatch(/^ +kernel +refused after .*: RST/m);
});

test("once the agent may, it is put right, and the proof says so", async () => {
  await lab.must("resume", `host/${host}`);
  await until(
    "the agent takes it away",
    () => inTenant("nft list map inet netwright flows"),
    (flows) => !flows.includes(". 8081"),
  );
  expect((await liveIsProved()).code).toBe(0);
});
