/** Clauses with a monitor, in a lab: what somebody breaks or opens by hand is seen by real connections, and so is its end. */
import type { Condition, Event, WireObject } from "@netwright/api";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { instanceOf, startLab, type LiveLab } from "./live-lab.ts";
import { scratchDirectory } from "./product.ts";
import { until } from "./until.ts";

const tenant = "nwn-default.web";
const contract = `
apiVersion: netwright.dev/v1alpha1
kind: Contract
metadata: { name: watched }
spec:
  invariants:
    - { name: public, from: internet, canReach: { service: shop }, ports: [443], monitor: { every: 1s } }
    - { name: way, from: internet, canReach: { service: shop, tier: web }, through: [{ service: shop, tier: proxy }], monitor: { every: 1s } }
    - { name: hidden, from: internet, cannotReach: { service: shop, tier: web }, monitor: { every: 1s } }
    - { name: closed, from: { service: shop, tier: proxy }, cannotReach: { service: shop, tier: web }, ports: [8081], monitor: { every: 1s } }
`;

let lab: LiveLab;
/** Where all of the shop is. */
let host: string;

beforeAll(async () => {
  lab = await startLab("monitors", "--hosts", "2");
  const file = join(scratchDirectory(), "contract.yaml");
  writeFileSync(file, contract);
  await lab.must("apply", "-f", "examples/shop.yaml");
  await lab.must("apply", "-f", file);
  ({ host } = await instanceOf(lab, "shop-web-1"));
});
afterAll(() => lab.down());

/** Waits until this is said of the contract. Clauses are tried one by one: what breaks two of them is seen by one first. */
const expectSaid = (wanted: Condition["status"], message: RegExp, before = async () => {}): Promise<unknown> =>
  until(
    `ContractHolds is ${wanted}, and says ${message}`,
    async () => {
      await before();
      return (await lab.read<WireObject>("contract/watched")).status?.["conditions"] as readonly Condition[];
    },
    ([seen]) => seen?.status === wanted && message.test(seen.message),
  );
const expectHolds = (): Promise<unknown> => expectSaid("True", /^4 clauses are watched$/);

const inTenant = (command: string): Promise<string> => lab.at(host, `nsenter --net=/run/netns/${tenant} -- ${command}`);

test("what holds is said to", async () => {
  await expectHolds();
});

test("a firewall of somebody else that is in the way", async () => {
  const chain = "nft add chain inet hand block '{ type filter hook forward priority -10 ; }'";
  await lab.at(host, `nft add table inet hand && ${chain} && nft add rule inet hand block tcp dport 443 drop`);
  await expectSaid("False", /\bpublic: internet does not reach shop at \[.*\] tcp\/443: /);
  await lab.at(host, "nft delete table inet hand");
  await expectHolds();
});

test("a rule that somebody adds", async () => {
  await lab.must("pause", `host/${host}`);
  const flows = await inTenant("nft list map inet netwright flows");
  const [, classes = ""] = /(\w+ \. \w+ \. tcp) \. 8080/.exec(flows) ?? [];
  // A round of the agent that was under way takes it away once more.
  const add = async () =>
    void (await inTenant(`nft add element inet netwright flows '{ ${classes} . 8081 : accept }'`));
  await expectSaid("False", /\bclosed: shop-proxy-1 reaches shop-web-1 at /, add);
  await lab.must("resume", `host/${host}`);
  await expectHolds();
});

test("each turn was told", async () => {
  const { stdout } = await lab.netwright("events", "contract/watched", "-o", "json");
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Event);
  const turns = events.map(({ type, reason }) => `${type} ${reason}`).filter((each) => each.includes("ContractHolds"));
  // One turn may be told in several steps, clause by clause.
  const distinct = turns.filter((turn, index) => turn !== turns[index - 1]);
  expect(distinct.slice(-5)).toEqual([
    "Normal ContractHolds",
    "Warning NotContractHolds",
    "Normal ContractHolds",
    "Warning NotContractHolds",
    "Normal ContractHolds",
  ]);
});
