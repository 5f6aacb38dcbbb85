/** What the engines of a baseline read: `ip` batches, rules, configurations, as a person would write them. Pure. */

/** Two namespaces on one link, and what a host keeps when no service is there. */
export const siteBatch = `netns add bench-edge
netns add bench-host
link add name host netns bench-edge type veth peer name edge netns bench-host`;
export const endBatch = (device: string, end: number): string => `link set dev lo up
link set dev ${device} addrgenmode none up
addr add fe80::${end}/64 dev ${device} nodad
addr add fd00:0:0:2::${end}/127 dev ${device} nodad`;

/** A tenant network on a host: namespace, tunnel, uplink. */
export const networkBatch = `link add name uplinkh type veth peer name uplink netns bench-net
link add name vxlan type vxlan id 7 local fd00:0:0:2::1 dstport 4789 nolearning
link set dev vxlan netns bench-net
link set dev uplinkh up
addr add fe80::2:1/64 dev uplinkh nodad
neigh add fe80::2:2 lladdr 06:00:00:00:00:03 dev uplinkh
route add 2001:db8:100::1/128 via fe80::2:2 dev uplinkh`;
export const networkInside = `link set dev lo up
link set dev uplink address 06:00:00:00:00:03 up
link set dev vxlan up
addr add fe80::2:2/64 dev uplink nodad
route add default via fe80::2:1 dev uplink`;

/** A workload's namespace with its veth, address and route. */
export const workloadLink = (name: string, number: number): string =>
  `link add name w${number} type veth peer name eth0 netns bench-${name}`;
export const workloadOutside = (number: number): string => `link set dev w${number} up
addr add fe80::1/64 dev w${number} nodad
route add fd00:0:1::${number}/128 dev w${number}`;
export const workloadInside = (number: number): string => `link set dev lo up
link set dev eth0 up
addr add fd00:0:1::${number}/128 dev eth0 nodad
route add fe80::1 dev eth0
route add default via fe80::1 dev eth0`;

export const ruleset = `table inet bench {
  map verdicts { type inet_proto . inet_service . ipv6_addr . ipv6_addr : verdict; elements = { tcp . 8080 . fd00:0:1::1 . fd00:0:1::2 : accept } }
  chain forward { type filter hook forward priority 0; policy drop;
    ct state established,related accept
    ct status dnat accept
    meta l4proto . th dport . ip6 saddr . ip6 daddr vmap @verdicts
    counter drop
  }
  chain prerouting { type nat hook prerouting priority -100;
    ip6 daddr 2001:db8:100::1 tcp dport { 80, 443 } dnat ip6 to fd00:0:1::1
  }
}
`;
export const oneMoreFlow = (number: number): string =>
  `add element inet bench verdicts { tcp . 8080 . fd00:0:1::1 . fd00:0:1::${number} : accept }\n`;

export const haproxyConfig = (directory: string): string => `global
  stats socket ${directory}/haproxy.sock level admin
  pidfile ${directory}/haproxy.pid
  nbthread 1
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 60s
frontend https
  bind :::443 v6only ssl crt ${directory}/site.pem alpn h2,http/1.1
  default_backend web
backend web
  server web1 [fd00:0:1::2]:8080
`;

export const birdConfig = (self: number, asn: number, services: string): string => `router id 10.0.0.${self + 1};
protocol device { }
protocol static { ipv6;
${services}}
protocol kernel { ipv6 { export where source = RTS_BGP; }; }
protocol bgp peer { local fd00:0:0:2::${self} as ${asn}; neighbor fd00:0:0:2::${1 - self} as ${64_511 - asn + 64_510};
  direct; connect delay time 1; connect retry time 1; ipv6 { import all; export all; next hop self; }; }
`;
