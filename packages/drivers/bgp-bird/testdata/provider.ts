/** The provider: FRR, a BGP speaker that is not ours. */
import { mkdirSync, writeFileSync } from "node:fs";
import { milliseconds } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { asns, linkAddress, links } from "../fixtures.ts";

/** FRR's programs drop to a user of their own, who must be able to write here. */
export async function startProvider({ processes, files, clock, runner, paths }: NodeSystem): Promise<void> {
  const directory = paths.run;
  mkdirSync(directory, { recursive: true });
  await runner.run(["chown", "frr:frr", directory]);
  writeFileSync(`${directory}/frr.conf`, configuration());
  for (const daemon of ["zebra", "bfdd", "bgpd"] as const) {
    const control = daemon === "bfdd" ? ["--bfdctl", `${directory}/bfdd.sock`] : [];
    const sockets = ["-z", `${directory}/zserv.api`, "--vty_socket", directory, "-i", `${directory}/${daemon}.pid`];
    await processes.start(
      [`/usr/lib/frr/${daemon}`, "-f", `${directory}/frr.conf`, ...sockets, ...control],
      { log: `${directory}/${daemon}.log` },
    );
    while (!(await files.exists(`${directory}/${daemon}.vty`))) await clock.sleep(milliseconds(20));
  }
}

/** One command on FRR's own command line. */
export async function vtysh({ runner, paths }: NodeSystem, command: string): Promise<string> {
  const { stdout } = await runner.run(["vtysh", "--vty_socket", paths.run, "-c", command]);
  return stdout;
}

function configuration(): string {
  const edges = links.flatMap(([a, b], index) => (a === "provider" ? [{ edge: b, address: linkAddress(index, 1) }] : []));
  return [
    "frr defaults datacenter",
    "hostname provider",
    `router bgp ${asns["provider"]}`,
    " bgp router-id 10.0.0.1",
    " no bgp ebgp-requires-policy",
    " no bgp default ipv4-unicast",
    " bgp bestpath as-path multipath-relax",
    ...edges.flatMap(({ edge, address }) => [
      ` neighbor ${address} remote-as ${asns[edge]}`,
      ` neighbor ${address} timers 3 9`,
      ` neighbor ${address} timers connect 1`,
      ` neighbor ${address} bfd 3 50 50`,
    ]),
    " address-family ipv6 unicast",
    "  maximum-paths 8",
    ...edges.flatMap(({ address }) => [`  neighbor ${address} activate`, `  neighbor ${address} default-originate`]),
    " exit-address-family",
    "",
  ].join("\n");
}
