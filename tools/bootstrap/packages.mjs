// @ts-check
/**
 * What Netwright runs, and the Debian package that brings it. The only list of its kind.
 * `since` is the first stage that needs it; a later stage needs all earlier ones too: demo, test, bench.
 */

/** @typedef {"demo" | "test" | "bench"} Stage */
/** @typedef {{ program: string, package: string, since: Stage, why: string }} Need */

/** @type {readonly Stage[]} */
export const stages = ["demo", "test", "bench"];

/** @type {(program: string, packageName: string, since: Stage, why: string) => Need} */
const need = (program, packageName, since, why) => ({ program, package: packageName, since, why });

/** A program is a name to be found in PATH, or an absolute path. @type {readonly Need[]} */
export const needs = [
  need("ip", "iproute2", "demo", "links, routes and namespaces"),
  need("nft", "nftables", "demo", "firewall and load balancer in the kernel"),
  need("conntrack", "conntrack", "demo", "closing connections that a new policy refuses"),
  need("bird", "bird2", "demo", "BGP on hosts and edge routers"),
  need("/usr/lib/frr/bgpd", "frr", "demo", "the lab's provider, a BGP speaker that is not ours"),
  need("haproxy", "haproxy", "demo", "TLS and HTTP proxy"),
  need("crun", "crun", "demo", "workloads in containers"),
  need("tini", "tini", "demo", "the first process of a workload"),
  need("skopeo", "skopeo", "demo", "fetching images from registries"),
  need("tar", "tar", "demo", "unpacking the layers of images"),
  need("knotd", "knot", "demo", "authoritative DNS server of the lab"),
  need("knsupdate", "knot-dnsutils", "demo", "DNS updates (RFC 2136) by hand"),
  need("unbound", "unbound", "demo", "resolvers: of networks, and of the lab's clients"),
  need(
    "/usr/lib/python3/dist-packages/unboundmodule.py",
    "python3-unbound",
    "demo",
    "rules by name: what resolvers tell",
  ),
  need("dig", "bind9-dnsutils", "demo", "asking DNS servers"),
  need("curl", "curl", "demo", "the lab's web client"),
  need("openssl", "openssl", "demo", "looking at certificates"),
  need("tcpdump", "tcpdump", "demo", "captures"),
  need("ps", "procps", "demo", "looking at processes"),
  need("mkfs.ext4", "e2fsprogs", "demo", "volumes of workloads"),
  need("unshare", "util-linux", "demo", "namespaces of processes"),
  need("modprobe", "kmod", "demo", "loading kernel modules"),
  need("/etc/ssl/certs/ca-certificates.crt", "ca-certificates", "demo", "fetching npm packages over TLS"),
  need("gcc", "gcc", "demo", "building the wire and the balancer's loader"),
  need("/usr/include/stdio.h", "libc6-dev", "demo", "building the wire and the balancer's loader"),
  need(
    "clang-14",
    "clang-14",
    "demo",
    "building the balancer for the kernel: Debian's gcc 12 cannot describe its types",
  ),
  need("/usr/include/bpf/libbpf.h", "libbpf-dev", "demo", "loading the balancer into the kernel"),
  need("/usr/include/jansson.h", "libjansson-dev", "demo", "what the balancer's loader is told, in JSON"),
  need("gobgpd", "gobgpd", "test", "an edge router that is not ours, beside FRR"),
  need("promtool", "prometheus", "test", "checking alerts"),
  need("systemd-analyze", "systemd", "test", "checking units"),
  need("umoci", "umoci", "test", "images that somebody else's tool has made"),
  need("docker-registry", "docker-registry", "test", "a registry that is not ours"),
  need("pebble", "pebble", "test", "a certificate authority that speaks ACME and is not ours"),
  need("testssl", "testssl.sh", "test", "what somebody else thinks of TLS settings"),
  need("faketime", "faketime", "test", "clocks that are wrong in one node"),
  need("strace", "strace", "test", "proof that the store is on disk before it answers"),
  need("h2load", "nghttp2-client", "test", "open-loop HTTP load"),
  need("ping", "iputils-ping", "test", "scenarios that ask by hand"),
  need("dnsmasq", "dnsmasq-base", "test", "a scenario's router advertisements and DHCPv6"),
  need("dhclient", "isc-dhcp-client", "test", "a scenario's DHCPv6 client"),
  need("postfix", "postfix", "test", "a scenario's mail servers"),
  need("/usr/lib/dovecot/imap", "dovecot-imapd", "test", "mailboxes of a scenario's mail servers"),
  need("/usr/lib/dovecot/lmtp", "dovecot-lmtpd", "test", "delivery to those mailboxes"),
  need("iperf3", "iperf3", "test", "TCP throughput, also as a check of scenarios"),
  need("wrk", "wrk", "bench", "HTTP load"),
  need("z3", "z3", "test", "what is proved of rules, asked of somebody else's solver"),
  need("mn", "mininet", "bench", "the same topologies by somebody else's tool"),
  need("brctl", "bridge-utils", "bench", "Mininet's switches"),
];

/** @param {Stage} stage */
export function needsOf(stage) {
  const last = stages.indexOf(stage);
  return needs.filter((entry) => stages.indexOf(entry.since) <= last);
}
