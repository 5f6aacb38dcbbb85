/** What is rendered for nft and tc is read by them; what this machine cannot do is told by the kernel, not guessed. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultSchema, type FrameMatch } from "@netwright/api";
import { expect, onTestFinished, test } from "vitest";
import { context } from "../testdata/context.ts";
import { faultCapabilities } from "./capabilities.ts";
import { conditionsOf } from "./match.ts";
import { netemWords } from "./netem.ts";
import { renderTable } from "./rules.ts";
import { wireMissing } from "./wire-program.ts";

const alone = (command: readonly string[], input = ""): { status: number | null; stderr: string } =>
  spawnSync("unshare", ["--net", ...command], { input, encoding: "utf8" });
const both = (): readonly string[] => ["2001:db8::1", "192.0.2.1"];

test.each<FrameMatch>([
  { protocol: "tcp", port: 443, from: "a", to: "b" },
  { protocol: "icmp", to: "2001:db8::/64" },
  { protocol: "icmp", from: "192.0.2.1" },
  { protocol: "arp-nd" },
  { port: 53 },
])("nft takes the conditions of %j", (match) => {
  const rules = conditionsOf(match, both).map((condition) => `${condition} fwd to "lo"`);
  const table = renderTable(3, [{ device: "lo", hook: "egress", rules }]);
  expect(alone(["nft", "-c", "-f", "-"], table)).toMatchObject({ status: 0, stderr: "" });
});

test("tc reads the words of netem; where the kernel has none, only that is wrong", async () => {
  const { impair } = faultSchema.parse({
    link: "a-b",
    impair: {
      loss: "10%",
      delay: "20ms",
      jitter: "5ms",
      rate: "10mbit",
      reorder: "1%",
      duplicate: "2%",
      corrupt: "0.5%",
    },
  });
  const words = netemWords(impair ?? {})
    .join(" ")
    .split(" ");
  const add = (...more: readonly string[]) =>
    alone(["tc", "qdisc", "add", "dev", "lo", "root", "handle", "6e77:", "netem", ...words, ...more]);
  const { netem, drop, wire } = await faultCapabilities(context);
  expect([drop.kind, wire.kind]).toEqual(["Available", "Available"]);
  if (netem.kind === "Available") expect(add()).toMatchObject({ status: 0 });
  else expect(add().stderr).toContain("qdisc kind is unknown");
  expect(add("losss", "5%").stderr).toContain('What is "losss"');
});

const bare = { runner: { ...context.runner, find: async () => undefined } };

test("why there is no wire: not installed, no compiler; built or with a compiler there is", async () => {
  const native = mkdtempSync(join(tmpdir(), "netwright-native-"));
  onTestFinished(() => rmSync(native, { recursive: true }));
  expect(await wireMissing(bare, [native])).toBe("the wire's program is not installed with Netwright");
  cpSync(new URL("../../../native/build", import.meta.url), join(native, "build"));
  expect(await wireMissing(bare, ["/nowhere", native])).toContain("apt-get install gcc");
  expect(
    await wireMissing({ runner: { ...context.runner, find: async () => "/usr/bin/cc" } }, [native]),
  ).toBeUndefined();
  mkdirSync(join(native, "out"));
  writeFileSync(join(native, "out/wire"), "");
  expect(await wireMissing(bare, [native])).toBeUndefined();
});
