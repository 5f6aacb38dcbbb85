/** GoBGP, by gobgp. */
import { optionOf, type SpeakerKind } from "./speaker.ts";

function ask(args: readonly string[], ...command: readonly string[]): readonly string[] {
  const api = optionOf(args, "--api-hosts")?.split(",")[0] ?? "";
  const port = /:(\d+)$/.exec(api)?.[1];
  const target = api.startsWith("unix://") ? ["--target", api] : port === undefined ? [] : ["-p", port];
  return ["gobgp", ...target, "-j", ...command];
}

/** gobgp prints the number of its enumeration. */
const states = ["Unknown", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"];

interface Neighbor {
  readonly state?: {
    readonly neighbor_address?: string;
    readonly session_state?: number;
    readonly admin_state?: number;
  };
}
type Rib = Readonly<Record<string, readonly Path[] | undefined>>;
interface Path {
  readonly best?: boolean;
  readonly attrs?: readonly { readonly nexthop?: string }[];
}

export const gobgp: SpeakerKind = {
  name: "GoBGP",
  daemon: "gobgpd",
  sessionsCommand: (args) => ask(args, "neighbor"),
  parseSessions: (output) =>
    (JSON.parse(output) as readonly Neighbor[]).map(({ state = {} }) => ({
      peer: state.neighbor_address ?? "?",
      state: state.admin_state === 1 ? "Down" : (states[state.session_state ?? 0] ?? "Unknown"),
    })),
  routeCommand: (args, prefix) => ask(args, "global", "rib", "-a", prefix.includes(":") ? "ipv6" : "ipv4", prefix),
  parseRoute: (output) => {
    const paths = Object.values(JSON.parse(output) as Rib).flatMap((all) =>
      Array.isArray(all) ? (all as readonly Path[]) : [],
    );
    const best = paths.filter(({ best: chosen }) => chosen === true);
    if (best.length === 0) return undefined;
    return best.flatMap(({ attrs = [] }) => {
      const hop = attrs.find(({ nexthop }) => nexthop !== undefined)?.nexthop;
      return hop === undefined ? [] : [{ address: hop }];
    });
  },
};
