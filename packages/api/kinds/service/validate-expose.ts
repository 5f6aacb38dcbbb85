/** Rules of `expose[]`. */
import { ipv4Reason } from "../../fields/ipv4.ts";
import type { Finding } from "../kind.ts";
import type { ExposeInput } from "./expose.ts";
import type { ServiceInput } from "./schema.ts";
import { isWorkloadTier } from "./service.ts";

type Spec = ServiceInput["spec"];

export function validateExpose(spec: Spec): readonly Finding[] {
  return spec.expose.flatMap((listener, index) => [
    ...familyFindings(listener, index),
    ...(listener.protocol === "HTTPS" ? httpsFindings(listener, index) : transportFindings(spec, listener, index)),
    ...clashFindings(spec.expose, index),
  ]);
}

function familyFindings({ families }: ExposeInput, index: number): readonly Finding[] {
  const path = ["spec", "expose", index, "families"];
  const ipv4 = families.indexOf("IPv4");
  if (ipv4 !== -1)
    return [{ code: "NW1206", path: [...path, ipv4], message: "IPv4 is not built yet", hint: ipv4Reason }];
  return families.length > 1 ? [{ code: "NW1203", path, message: "names a family twice", hint: "write [IPv6]" }] : [];
}

function httpsFindings({ tier }: ExposeInput, index: number): readonly Finding[] {
  if (tier === undefined) return [];
  const hint = "HTTPS goes through the proxy to the first tier; reorder tiers, or use TCP";
  return [
    { code: "NW1205", path: ["spec", "expose", index, "tier"], message: "is for TCP and UDP only", hint, onKey: true },
  ];
}

function transportFindings(spec: Spec, listener: ExposeInput, index: number): readonly Finding[] {
  const path = ["spec", "expose", index];
  const foreign = (["certificate", "redirectHttp"] as const).filter((field) => listener[field] !== undefined);
  const known = spec.tiers.filter(isWorkloadTier).map(({ name }) => name);
  return [
    ...foreign.map((field): Finding => ({
      code: "NW1205",
      path: [...path, field],
      message: `is for HTTPS only, not ${listener.protocol}`,
      hint: "leave it out, or write protocol: HTTPS",
      onKey: true,
    })),
    ...(listener.port === undefined
      ? [
          {
            code: "NW1202" as const,
            path: [...path, "port"],
            message: `is required for ${listener.protocol}`,
            hint: "the port that clients connect to",
          },
        ]
      : []),
    ...(listener.tier === undefined || known.includes(listener.tier)
      ? []
      : [
          {
            code: "NW1301" as const,
            path: [...path, "tier"],
            message: `there is no tier ${listener.tier} with a workload here`,
            hint: `tiers: ${known.join(", ")}`,
          },
        ]),
  ];
}

/** What a listener takes on the service's address; HTTPS takes port 80 too where it redirects. */
function socketsOf({ protocol, port, redirectHttp = true }: ExposeInput): readonly string[] {
  if (protocol !== "HTTPS") return port === undefined ? [] : [`${protocol.toLowerCase()}/${port}`];
  const own = `tcp/${port ?? 443}`;
  return redirectHttp && own !== "tcp/80" ? [own, "tcp/80"] : [own];
}

function clashFindings(listeners: readonly ExposeInput[], index: number): readonly Finding[] {
  const listener = listeners[index];
  if (listener === undefined) return [];
  for (const [earlier, other] of listeners.slice(0, index).entries()) {
    const socket = socketsOf(listener).find((candidate) => socketsOf(other).includes(candidate));
    if (socket === undefined) continue;
    const onPort = listener.port !== undefined && socket.endsWith(`/${listener.port}`);
    const path = ["spec", "expose", index, ...(onPort ? ["port"] : [])];
    const redirects = socket === "tcp/80" && (listener.protocol === "HTTPS" || other.protocol === "HTTPS");
    const hint = redirects ? "choose another port, or write redirectHttp: false" : "choose another port";
    return [
      { code: "NW1205", path, message: `${socket} of this service's address is taken by expose[${earlier}]`, hint },
    ];
  }
  return [];
}
