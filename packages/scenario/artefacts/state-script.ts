/** What one node tells of itself, as one sh command. Pure. */

/** Sections begin with `== `. What a node does not have (a root of its own may lack programs) says so in its section. */
const section = `section() { printf '\\n== %s\\n' "$1"; shift; "$@" 2>&1; }`;

/** Prints one known pair of lines: between what a batch shows, where nothing else could stand. @see withHeadings */
const mark = "link show dev lo";

/** Routes are those of all families. As few processes as it takes, because every run waits for it. */
const network = `
ip -force -batch - 2>&1 <<END
${["address show", mark, "route show table all", mark, "rule show", mark, "neighbour show"].join("\n")}
END
section 'rules, IPv6' ip -6 rule
section nftables nft list ruleset
section 'listening sockets' ss -Hlntu`;

const headings = ["addresses", "routes", "rules, IPv4", "neighbours"] as const;

/** A text of `networkScript` or `wholeScript` with a heading for every part. */
export function withHeadings(text: string): string {
  const end = text.indexOf("\n== ");
  const parts = text.slice(0, Math.max(0, end)).split(/^1: lo: .* mode .*\n +link\/loopback .*\n/m);
  if (parts.length !== headings.length) return text;
  return (
    parts.map((part, index) => `${index === 0 ? "" : "\n"}== ${headings[index]}\n${part}`).join("") + text.slice(end)
  );
}

/** Daemons are found by their sockets: BIRD's end in .ctl, FRR's in .vty. */
const programs = `
section 'link statistics' ip -s -d link
section forwarding bridge fdb show
section 'sockets and their processes' ss -Hntuap
section processes ps -e -o pid,ppid,stat,etime,args
for name in $(ip netns list 2>/dev/null | cut -d ' ' -f 1); do
  section "namespace $name: addresses" ip -n "$name" address
  section "namespace $name: routes, IPv4" ip -n "$name" -4 route show table all
  section "namespace $name: routes, IPv6" ip -n "$name" -6 route show table all
  section "namespace $name: neighbours" ip -n "$name" neighbour
  section "namespace $name: nftables" nsenter "--net=/run/netns/$name" nft list ruleset
done
find /run /var/run -type s -name '*.ctl' 2>/dev/null | sort -u | while read -r socket; do
  for what in 'show status' 'show protocols all' 'show route all' 'show bfd sessions'; do
    section "BIRD at $socket: $what" timeout 2 birdc -s "$socket" $what </dev/null
  done
done
find /run /var/run -type s -name zebra.vty 2>/dev/null | sort -u | while read -r socket; do
  for what in 'show version' 'show bgp summary' 'show bgp ipv4 unicast' 'show bgp ipv6 unicast' 'show ip route' 'show ipv6 route' 'show bfd peers'; do
    section "FRR at \${socket%/*}: $what" timeout 2 vtysh --vty_socket "\${socket%/*}" -c "$what" </dev/null
  done
done`;

/** Cheap: before anything goes wrong it is run too. */
export const networkScript = `${section}${network}\n:`;

/** After a failure: with counters, processes, namespaces of tenants and workloads, and routing daemons. */
export const wholeScript = `${section}${network}${programs}\n:`;

/** The part of `text` that `networkScript` prints: what can be compared with it. */
export function networkPart(text: string): string {
  const end = text.indexOf("\n== link statistics\n");
  return end < 0 ? text : text.slice(0, end);
}
