/** The whole configuration but the services, which stand in a file of their own. Pure and deterministic. */
import { createHash } from "node:crypto";
import type { Ipv6Prefix } from "@netwright/base";
import type { BgpState, HostState } from "@netwright/contract";
import { anchorOf, firstAddress, isOneOf } from "./prefix-set.ts";
import { passwordFilesOf } from "./passwords.ts";
import { renderNeighbor } from "./render-neighbor.ts";

/**
 * Together with protocol number 12 this marks kernel routes as ours: BIRD leaves routes of another metric alone,
 * also those of another BIRD, whose default is 32.
 */
export const kernelMetric = 31;

export interface BirdConfig {
  readonly text: string;
  /** What the running BIRD shows as the description of protocol `device1` once it has loaded this text. */
  readonly digest: string;
}

export interface RenderOptions {
  /**
   * False leaves the kernel's routes as they are, for the seconds between a restart and the first routes from
   * neighbours: BIRD would else remove what its predecessor had installed.
   */
  readonly kernel: boolean;
}

export function renderConfig(role: HostState["role"], bgp: BgpState, { kernel }: RenderOptions): BirdConfig {
  const sections = [
    globals(bgp),
    ...(passwordFilesOf(bgp).length === 0 ? [] : ['include "passwords.conf";\n']),
    ...(role === "Router" ? routerTables : []),
    `protocol direct loopbacks {\n  ipv6 { import where ${isOneOf(bgp.loopbacks)}; };\n  interface "lo";\n}\n`,
    // BIRD takes an include only at the beginning of a line.
    'include "services.conf";\n',
    ...(role === "Router" ? routerProtocols(bgp) : []),
    kernelProtocol(role, bgp, kernel),
    "protocol bfd bfd1 {\n  strict bind on;\n}\n",
    session,
    ...bgp.neighbors.map((neighbor) => renderNeighbor(bgp, neighbor)),
  ];
  const body = sections.join("\n");
  const digest = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const device = `protocol device device1 {\n  description "${digest}";\n  scan time 1;\n}\n`;
  return { text: `# Written by Netwright; changes made here are lost.\n${device}\n${body}`, digest };
}

/** Digest of a text as it stands on disk; undefined when it is not whole or not ours. */
export function digestIn(text: string | null): string | undefined {
  return /^ {2}description "([0-9a-f]{16})";$/m.exec(text ?? "")?.[1];
}

const globals = (bgp: BgpState): string => `router id ${bgp.routerId};
log stderr { info, remote, warning, error, auth, fatal, bug };
# Seconds since 1970, whatever the time zone.
timeformat protocol "%s.%3f";
timeformat base "%s.%3f";
${bgp.neighbors.some(({ foreign }) => foreign?.gracefulRestart === true) ? "graceful restart wait 20;\n" : ""}`;

/** `direct_anchors` holds only what directly connected hosts announced; `upstreams` is all that a provider may see. */
const routerTables = ["ipv6 table direct_anchors;\nipv6 table upstreams;\n"];

function routerProtocols(bgp: BgpState): readonly string[] {
  const lines = (route: (pool: Ipv6Prefix) => string): string =>
    bgp.pools.map((pool) => `  route ${route(pool)};\n`).join("");
  return [
    // Below BGP's 100, for pools of one address.
    `# Packets to unallocated addresses end here instead of following the default route back.
protocol static guards {
  ipv6 { preference 10; };
${lines((pool) => `${pool} unreachable`)}}
`,
    `protocol pipe host_anchors {
  table master6;
  peer table direct_anchors;
  import none;
  export where proto ~ "host.*" && ${isOneOf(bgp.pools.map(anchorOf))};
}
`,
    `protocol static aggregates {
  ipv6 { table upstreams; };
  igp table direct_anchors;
${lines((pool) => `${pool} recursive ${firstAddress(pool)}`)}}
`,
    `protocol pipe upstream_default {
  table master6;
  peer table upstreams;
  import where net = ::/0;
  export none;
}
`,
  ];
}

function kernelProtocol(role: HostState["role"], bgp: BgpState, enabled: boolean): string {
  const own = role === "Router" ? "guards" : "anchors";
  // BIRD finds the next hop of a neighbour some hops away by its own table: the operator's routes to it are needed there.
  const far = bgp.neighbors.filter(({ foreign }) => (foreign?.multihop ?? null) !== null);
  const ways = far.map(({ address }) => `${address} ~ net`).join(" || ");
  const learned = ways === "" ? "" : `import where net != ::/0 && (${ways}); `;
  return `protocol kernel kernel6 {
${enabled ? "" : "  disabled on;\n"}  ipv6 { ${learned}export where source = RTS_BGP || proto = "${own}"; };
  metric ${kernelMetric};
  merge paths on;
  learn ${ways === "" ? "off" : "on"};
  persist on;
  scan time 10;
}
`;
}

/**
 * One second, not the defaults of 5, 120 and 60 to 300: these decide how soon a session is back. BIRD 2.0.12 also
 * sends a new session's first routes only when something else wakes it, so its timers must be short: keepalive here,
 * the device scan above.
 * No graceful restart: it would keep routes to a host that is truly gone. Strict bind leaves the port on other
 * addresses to others.
 */
const session = `template bgp session {
  direct;
  strict bind on;
  connect delay time 1;
  connect retry time 1;
  error wait time 1, 1;
  hold time 9;
  keepalive time 1;
  graceful restart off;
  long lived graceful restart off;
}
`;
