/** FRR, by vtysh. */
import type { BgpSession, SpeakerKind } from "./speaker.ts";
import { optionOf } from "./speaker.ts";

function vtysh(args: readonly string[], command: string): readonly string[] {
  const directory = optionOf(args, "--vty_socket");
  const space = optionOf(args, "-N", "--pathspace");
  return [
    "vtysh",
    "-d",
    "bgpd",
    ...(directory === undefined ? [] : ["--vty_socket", directory]),
    ...(space === undefined ? [] : ["-N", space]),
    "-c",
    command,
  ];
}

type Summary = Readonly<Record<string, { readonly peers?: Readonly<Record<string, { readonly state: string }>> }>>;

interface Path {
  readonly bestpath?: { readonly overall?: boolean };
  readonly multipath?: boolean;
  readonly nexthops?: readonly { readonly ip?: string; readonly scope?: string; readonly interface?: string }[];
}

export const frr: SpeakerKind = {
  name: "FRR",
  daemon: "bgpd",
  sessionsCommand: (args) => vtysh(args, "show bgp summary json"),
  // One session carries several families.
  parseSessions: (output) => {
    const peers = Object.values(JSON.parse(output) as Summary).flatMap(({ peers: own = {} }) => Object.entries(own));
    return [
      ...new Map(
        peers.map(([peer, { state }]): [string, BgpSession] => [peer, { peer, state: stateOf(state) }]),
      ).values(),
    ];
  },
  routeCommand: (args, prefix) =>
    vtysh(args, `show bgp ${prefix.includes(":") ? "ipv6" : "ipv4"} unicast ${prefix} json`),
  parseRoute: (output) => {
    const { paths = [] } = JSON.parse(output) as { readonly paths?: readonly Path[] };
    const used = paths.filter(({ bestpath, multipath }) => bestpath?.overall === true || multipath === true);
    if (used.length === 0) return undefined;
    // A path over IPv6 may have a global and a link-local address of the same hop.
    return used.flatMap(({ nexthops = [] }) => {
      const hop = nexthops.find(({ scope }) => scope === "global") ?? nexthops[0];
      return hop?.ip === undefined
        ? []
        : [{ address: hop.ip, ...(hop.interface === undefined ? {} : { device: hop.interface }) }];
    });
  },
};

const stateOf = (state: string): string => (state.startsWith("Idle (Admin") ? "Down" : (state.split(" ")[0] ?? state));
