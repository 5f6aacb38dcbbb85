/** Rules of `expose[]`. */
import { ipv4Reason } from "../../fields/ipv4.ts";
import { finding, keyFinding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import type { ExposeInput } from "./expose.ts";
import type { ServiceInput } from "./schema.ts";
import { isWorkloadTier } from "./service.ts";

type Spec = ServiceInput["spec"];

export function validateExpose(spec: Spec): readonly Finding[] {
  return spec.expose.flatMap((listener, index) => [
    ...familyFindings(listener, index),
    ...(listener.protocol === "HTTPS" ? httpsFindings(listener, index) : transportFindings(spec, listener, index)),
    ...clashFindings(spec.expose, listener, index),
  ]);
}

function familyFindings({ families }: ExposeInput, index: number): readonly Finding[] {
  const path = ["spec", "expose", index, "families"];
  const ipv4 = families.indexOf("IPv4");
  if (ipv4 !== -1) return [finding("NW1206", [...path, ipv4], "IPv4 is not built yet", ipv4Reason)];
  return families.length > 1 ? [finding("NW1203", path, "names a family twice", "write [IPv6]")] : [];
}

function httpsFindings(listener: ExposeInput, index: number): readonly Finding[] {
  const { tier, certificateRef } = listener;
  const path = ["spec", "expose", index];
  const hint = "HTTPS goes through the proxy to the first tier; reorder tiers, or use TCP";
  const foreign = (["certificate", "issuer"] as const).filter((field) => listener[field] !== undefined);
  return [
    ...(tier === undefined ? [] : [keyFinding("NW1205", [...path, "tier"], "is for TCP and UDP only", hint)]),
    ...(certificateRef === undefined ? [] : foreign).map((field) =>
      keyFinding("NW1205", [...path, field], "has nothing to say beside certificateRef", "leave one of them out"),
    ),
  ];
}

function transportFindings(spec: Spec, listener: ExposeInput, index: number): readonly Finding[] {
  const path = ["spec", "expose", index];
  const { protocol, port, tier } = listener;
  const foreign = (["certificate", "certificateRef", "issuer", "redirectHttp", "hsts"] as const).filter(
    (field) => listener[field] !== undefined,
  );
  const hint = "leave it out, or write protocol: HTTPS";
  const tiers = spec.tiers.filter(isWorkloadTier).map(({ name }) => name);
  const noPort = finding(
    "NW1202",
    [...path, "port"],
    `is required for ${protocol}`,
    "the port that clients connect to",
  );
  const noTier = finding(
    "NW1301",
    [...path, "tier"],
    `there is no tier ${tier} with a workload here`,
    `tiers: ${tiers.join(", ")}`,
  );
  return [
    ...foreign.map((field) => keyFinding("NW1205", [...path, field], `is for HTTPS only, not ${protocol}`, hint)),
    ...(port === undefined ? [noPort] : []),
    ...(tier === undefined || tiers.includes(tier) ? [] : [noTier]),
  ];
}

/** What a listener takes on the service's address, and what for; HTTPS takes port 80 too where it redirects. */
function socketsOf({ protocol, port, redirectHttp = true }: ExposeInput): ReadonlyMap<string, "TLS" | "Plain" | "Own"> {
  if (protocol !== "HTTPS") return new Map(port === undefined ? [] : [[`${protocol.toLowerCase()}/${port}`, "Own"]]);
  const own = `tcp/${port ?? 443}`;
  const tls = new Map<string, "TLS" | "Plain">([[own, "TLS"]]);
  return redirectHttp && own !== "tcp/80" ? tls.set("tcp/80", "Plain") : tls;
}

/** Where TLS or HTTP says which hostname is meant, several share a port. */
function takenTwice(one: ExposeInput, other: ExposeInput): string | undefined {
  const others = socketsOf(other);
  const shares = (use: string): boolean => use !== "Own" && one.hostname !== other.hostname;
  return [...socketsOf(one)].find(
    ([socket, use]) => others.has(socket) && !(shares(use) && others.get(socket) === use),
  )?.[0];
}

function clashFindings(listeners: readonly ExposeInput[], listener: ExposeInput, index: number): readonly Finding[] {
  for (const [earlier, other] of listeners.slice(0, index).entries()) {
    const socket = takenTwice(listener, other);
    if (socket === undefined) continue;
    const onPort = listener.port !== undefined && socket.endsWith(`/${listener.port}`);
    const path = ["spec", "expose", index, ...(onPort ? ["port"] : [])];
    const redirects = socket === "tcp/80" && [listener, other].some(({ protocol }) => protocol === "HTTPS");
    const hint = redirects ? "choose another port, or write redirectHttp: false" : "choose another port";
    return [finding("NW1205", path, `${socket} of this service's address is taken by expose[${earlier}]`, hint)];
  }
  return [];
}
