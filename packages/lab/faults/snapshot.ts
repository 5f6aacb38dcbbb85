/** What a device is told by hand, and how it is told again after it was down. Pure. */
import { quote } from "../sandbox/shell.ts";

/** Prints all that `readSnapshot` wants of nodes, each part after a line `@ PID PART`. */
export const snapshotScript = (pids: readonly number[]): string =>
  [
    ...pids.flatMap((pid) =>
      Object.entries(parts).map(
        ([part, command]) => `echo '@ ${pid} ${part}'; nsenter --target ${pid} --net -- ${command}`,
      ),
    ),
    "",
  ].join("\n");

const parts = {
  links: "ip -j addr show",
  neighbors: "ip -j neigh show nud permanent",
  routes6: "ip -o -6 route show table all",
  routes4: "ip -o -4 route show table all",
} as const;

interface IpLink {
  readonly ifname: string;
  readonly address?: string;
  readonly mtu: number;
  readonly addr_info: readonly {
    readonly family: string;
    readonly local?: string;
    readonly prefixlen: number;
    readonly scope: string;
    readonly peer?: string;
  }[];
}
interface IpNeighbor {
  readonly dst: string;
  readonly dev: string;
  readonly lladdr: string;
}

export interface NodeSnapshot {
  readonly links: readonly IpLink[];
  readonly neighbors: readonly IpNeighbor[];
  /** Lines as `ip -o route show` prints them. */
  readonly routes6: readonly string[];
  readonly routes4: readonly string[];
}

/** By pid. */
export function readSnapshots(output: string): ReadonlyMap<number, NodeSnapshot> {
  const found = new Map<number, Record<string, string>>();
  for (const section of output.split(/^@ /m).slice(1)) {
    const [head = "", ...lines] = section.split("\n");
    const [pid, part = ""] = head.split(" ");
    found.set(Number(pid), { ...found.get(Number(pid)), [part]: lines.join("\n") });
  }
  const json = (text = ""): unknown => (text.trim() === "" ? [] : JSON.parse(text));
  const lines = (text = ""): readonly string[] => text.split("\n").filter((line) => line !== "");
  return new Map(
    [...found].map(([pid, { links, neighbors, routes6, routes4 }]) => [
      pid,
      {
        links: json(links) as IpLink[],
        neighbors: json(neighbors) as IpNeighbor[],
        routes6: lines(routes6),
        routes4: lines(routes4),
      },
    ]),
  );
}

/** What daemons and the kernel itself put there comes back by itself, or should not come back. */
const givenByHand = (route: string): boolean =>
  !/^(local|multicast|anycast|broadcast) /.test(route) &&
  (!/ proto /.test(route) || / proto (boot|static)\b/.test(route));

/** `ip -batch` lines for each family that bring back what is lost while devices are down. Run with -force: some is still there. */
export function restoreBatches(
  { links, neighbors, routes6, routes4 }: NodeSnapshot,
  devices: readonly string[],
): { readonly batch6: string; readonly batch4: string } {
  const own = links.filter(({ ifname }) => devices.includes(ifname));
  const addresses = (family: "inet" | "inet6"): readonly string[] =>
    own.flatMap(({ ifname, addr_info: all }) =>
      all
        .filter((one) => one.family === family && one.local !== undefined)
        .map((one) => `addr add ${one.local}/${one.prefixlen} dev ${ifname}${family === "inet6" ? " nodad" : ""}`),
    );
  const lasting = neighbors
    .filter(({ dev }) => devices.includes(dev))
    .map(({ dst, lladdr, dev }) => `neigh replace ${dst} lladdr ${lladdr} dev ${dev} nud permanent`);
  const uses = (route: string): boolean => devices.some((device) => ` ${route} `.includes(` dev ${device} `));
  const routes = (all: readonly string[]): readonly string[] =>
    all.filter((route) => givenByHand(route) && uses(route)).map((route) => `route replace ${asInput(route)}`);
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
  const isSix = (line: string): boolean => line.split(" ")[2]?.includes(":") === true;
  return {
    batch6: text([...addresses("inet6"), ...lasting.filter(isSix), ...routes(routes6)]),
    batch4: text([...addresses("inet"), ...lasting.filter((line) => !isSix(line)), ...routes(routes4)]),
  };
}

/** What ip(8) prints of a route but does not read. */
const asInput = (route: string): string =>
  route
    .replaceAll("\\", " ")
    .replaceAll(/ (pref (low|medium|high)|linkdown|dead|offload|error -?\d+|expires \d+sec)\b/g, "")
    .replaceAll(/\s+/g, " ")
    .trim();

/** Addresses of a node by which others may know its packets, and its MACs. */
export function identityOf({ links }: NodeSnapshot): {
  readonly macs: readonly string[];
  readonly addresses: readonly string[];
} {
  const wired = links.filter(({ ifname }) => ifname !== "lo");
  const macs = wired.flatMap(({ address }) => (address === undefined ? [] : [address]));
  const addresses = links.flatMap(({ addr_info: all }) =>
    all.flatMap(({ scope, local }) => (scope === "global" && local !== undefined ? [local] : [])),
  );
  return { macs, addresses };
}

/** Shell words that write such a batch back. */
export const restoreCommands = (pid: number, name: string): string =>
  (["6", "4"] as const)
    .map(
      (family) => `at ${pid} ip -${family} -force -batch "$dir"/${quote(`${name}.batch${family}`)} 2>/dev/null || true`,
    )
    .join("\n");

/** Files for the commands above. */
export function restoreFiles(
  snapshot: NodeSnapshot,
  devices: readonly string[],
  name: string,
): Readonly<Record<string, string>> {
  const { batch6, batch4 } = restoreBatches(snapshot, devices);
  return { [`${name}.batch6`]: batch6, [`${name}.batch4`]: batch4 };
}
