/** Programs of others on this machine that do what Netwright does. Pure. */
import { note, orGood, problem, type Finding } from "./finding.ts";

export interface RunningProgram {
  readonly pid: number;
  readonly name: string;
}

/** By the name in /proc/PID/comm, which has 15 octets. */
const routingDaemons: Readonly<Record<string, string>> = {
  bird: "BIRD",
  bird6: "BIRD",
  bgpd: "FRR or OpenBGPD",
  zebra: "FRR",
  bfdd: "FRR",
  ospf6d: "FRR",
  gobgpd: "GoBGP",
  exabgp: "ExaBGP",
  rustybgpd: "RustyBGP",
  "calico-node": "Calico",
  "cilium-agent": "Cilium",
  speaker: "MetalLB",
};

/** Lines `COMM PID` of processes in this network namespace. */
export const parsePrograms = (text: string): readonly RunningProgram[] =>
  text.split("\n").flatMap((line) => {
    const [, pid, name] = /^(\d+) (.+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ pid: Number(pid), name }];
  });

export function programFindings(programs: readonly RunningProgram[], own: ReadonlySet<number>): readonly Finding[] {
  const daemons = programs
    .filter(({ name, pid }) => Object.hasOwn(routingDaemons, name) && !own.has(pid))
    .map(({ name, pid }) =>
      problem("NW1905", "routing", `${name} (${routingDaemons[name]}, process ${pid}) runs here already`, {
        meaning: "two daemons cannot both have port 179, and each removes or overrides routes of the other",
        hint: "stop it, or let this machine be a router of others (managed: false)",
      }),
    );
  const networkd = programs.find(({ name }) => name.startsWith("systemd-network"));
  const foreign = "[Network] ManageForeignRoutes=no in /etc/systemd/networkd.conf";
  return [
    ...orGood(daemons, "routing", "no routing daemon of others runs here"),
    ...(networkd === undefined
      ? []
      : [
          note("NW1905", "routing", "systemd-networkd runs here", {
            meaning: "when it starts again it removes routes that it did not make",
            hint: foreign,
          }),
        ]),
  ];
}
