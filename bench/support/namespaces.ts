/** Named namespaces of a baseline: made, joined and taken away by `ip`. */
import { run } from "./shell.ts";

export const ip = (batch: string, netns?: string): Promise<string> =>
  run(["ip", ...(netns === undefined ? [] : ["-n", netns]), "-batch", "-"], batch);

/** A command line that runs in a namespace. */
export const inside = (netns: string, ...command: readonly string[]): readonly string[] => [
  "nsenter",
  `--net=/run/netns/${netns}`,
  "--",
  ...command,
];

/** Ends have PREFIX::1 and PREFIX::2 and a device named for the other end. */
export interface PlainLink {
  readonly a: string;
  readonly b: string;
  /** Four groups, for example `fd00:1:2:3`. */
  readonly prefix: string;
}

const mac = (index: number, end: number): string => `02:00:00:00:${index.toString(16).padStart(2, "0")}:0${end}`;

/** Namespaces that forward, joined by veths, with written neighbours. @param routes `ip` lines by namespace. */
export async function wire(
  links: readonly PlainLink[],
  routes: Readonly<Record<string, readonly string[]>>,
): Promise<readonly string[]> {
  const names = [...new Set(links.flatMap(({ a, b }) => [a, b]))];
  await ip(names.map((name) => `netns add ${name}`).join("\n"));
  for (const name of names) await run(inside(name, "sh", "-c", "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding"));
  await ip(
    links
      .map(
        ({ a, b }, index) =>
          `link add name ${b} address ${mac(index, 1)} netns ${a} type veth peer name ${a} address ${mac(index, 2)} netns ${b}`,
      )
      .join("\n"),
  );
  for (const name of names) {
    const ends = links.flatMap(({ a, b, prefix }, index) => [
      ...(a === name ? endLines(b, `${prefix}::1`, `${prefix}::2`, mac(index, 2)) : []),
      ...(b === name ? endLines(a, `${prefix}::2`, `${prefix}::1`, mac(index, 1)) : []),
    ]);
    await ip(["link set dev lo up", ...ends, ...(routes[name] ?? [])].join("\n"), name);
  }
  return names;
}

const endLines = (device: string, own: string, other: string, otherMac: string): readonly string[] => [
  `link set dev ${device} addrgenmode none up`,
  `addr add ${own}/64 dev ${device} nodad`,
  `neigh add ${other} lladdr ${otherMac} dev ${device} nud permanent`,
];

export const unwire = (names: readonly string[]): Promise<string> =>
  ip(names.map((name) => `netns del ${name}`).join("\n"));
