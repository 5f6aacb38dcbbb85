import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { maglevSeed, maglevSize } from "@netwright/contract";
import { parseIpv6 } from "@netwright/base";
import { expect, test } from "vitest";
import { maglevSlot } from "./jhash.ts";

const nft = (input: string): string => execFileSync("nft", ["-f", "-"], { input, encoding: "utf8" });

/** Sends from each port to the listener and returns when all were received. */
async function sendFrom(source: string, ports: readonly number[]): Promise<void> {
  const server = createSocket("udp6");
  await new Promise<void>((done) => server.bind(9, "::1", done));
  let received = 0;
  const all = new Promise<void>((done) => server.on("message", () => ++received === ports.length && done()));
  for (const port of ports) {
    const client = createSocket("udp6");
    await new Promise<void>((done) => client.bind(port, source, done));
    await new Promise<void>((done) => client.send("x", 9, "::1", () => done()));
    client.close();
  }
  await all;
  server.close();
}

test("the kernel puts real packets into the slots that the model predicts", async () => {
  const source = "2001:db8:f::1:2";
  execFileSync("ip", ["address", "add", `${source}/128`, "dev", "lo", "nodad"]);
  nft(`table ip6 t {
    set seen { type inet_service . mark; flags dynamic; size 65535; }
    chain c { type filter hook input priority 0; policy accept;
      udp dport 9 meta mark set jhash ip6 saddr . th sport mod ${maglevSize} seed ${maglevSeed}
      udp dport 9 add @seen { udp sport . meta mark }
    }
  }\n`);
  const ports = Array.from({ length: 200 }, (_, index) => 1025 + index * 311);
  await sendFrom(source, ports);
  const listed = JSON.parse(execFileSync("nft", ["-j", "list", "set", "ip6", "t", "seen"], { encoding: "utf8" })) as {
    nftables: { set?: { elem: { concat: [number, number] }[] } }[];
  };
  const seen = new Map(listed.nftables.flatMap((entry) => entry.set?.elem ?? []).map((elem) => elem.concat));
  const predicted = new Map(ports.map((port) => [port, maglevSlot(parseIpv6(source), port)]));
  expect(seen).toEqual(predicted);
  expect(new Set(seen.values()).size).toBeGreaterThan(100);
});
