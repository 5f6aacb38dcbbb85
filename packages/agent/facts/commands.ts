/** What is asked of programs for a support bundle. Reads only. */
export type Command = readonly [string, ...string[]];

export interface Source {
  /** Of the file in the bundle. */
  readonly path: string;
  /** What it is, for people. */
  readonly what: string;
  readonly command: Command;
  /** Named network namespace; the node's own when left out. */
  readonly netns?: string;
}

const shell = (script: string): Command => ["sh", "-c", `${script}\n:`];

const system = shell(
  "date -u +%Y-%m-%dT%H:%M:%SZ; uname -a; cat /etc/os-release /proc/uptime /proc/loadavg /proc/meminfo; df -h; cat /proc/modules",
);
const programs = shell(
  `for program in "ip -V" "nft --version" "conntrack --version" "bird --version" "haproxy -v" "crun --version" "skopeo --version"; do
  echo "# $program"; $program 2>&1
done`,
);
const settings: Command = [
  "sysctl",
  "--ignore",
  "net.ipv6.conf.all",
  "net.ipv6.conf.default",
  "net.ipv6.fib_multipath_hash_policy",
  "net.ipv6.route",
  "net.netfilter",
];

const network = (folder: string): readonly Omit<Source, "netns">[] => [
  {
    path: `${folder}addresses.txt`,
    what: "devices, addresses, counters",
    command: ["ip", "-d", "-s", "address", "show"],
  },
  { path: `${folder}routes.txt`, what: "IPv6 routes", command: ["ip", "-6", "route", "show", "table", "all"] },
  { path: `${folder}neighbours.txt`, what: "neighbours", command: ["ip", "-6", "-s", "neighbour", "show"] },
  { path: `${folder}nft.txt`, what: "rules of nftables with counters", command: ["nft", "list", "ruleset"] },
  {
    path: `${folder}conntrack.txt`,
    what: "how many connections are tracked",
    command: shell("conntrack -C; conntrack -S"),
  },
];

export const nodeSources: readonly Source[] = [
  { path: "system.txt", what: "kernel, time, memory, disks", command: system },
  { path: "programs.txt", what: "versions of programs", command: programs },
  { path: "settings.txt", what: "kernel settings", command: settings },
  { path: "sockets.txt", what: "listening sockets", command: ["ss", "-l", "-n", "-t", "-u", "-p"] },
  ...network(""),
];

/** Of one tenant network. */
export const networkSources = (netns: string): readonly Source[] =>
  [
    ...network(`networks/${netns}/`),
    { path: `networks/${netns}/fdb.txt`, what: "forwarding of tunnels", command: ["bridge", "fdb", "show"] as const },
  ].map((source) => ({ ...source, netns }));

/** Asked over BIRD's control socket. */
export const birdCommands = [
  "show status",
  "show protocols all",
  "show route count",
  "show bfd sessions",
  "show route",
] as const;
/** Asked over HAProxy's runtime API. */
export const proxyCommands = ["show info", "show stat", "show servers state", "show errors"] as const;
