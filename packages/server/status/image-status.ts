/** The images of a service: what each tier runs, and whether its hosts have it. Pure. */
import { isWorkloadTier, type Service, type ServiceStatus } from "@netwright/api";
import { ledgerKeys } from "@netwright/compiler";
import { parseImageReference } from "@netwright/base";
import type { ImageReport } from "@netwright/contract";
import type { Facts } from "./facts.ts";
import type { ServiceInstance } from "./service-status.ts";

type Images = NonNullable<ServiceStatus["images"]>;

/** In the order of the tiers; none for `host`. */
export function imagesOf({ ledger }: Facts, { metadata, spec }: Service): Images {
  return spec.tiers.flatMap((tier) => {
    if (!isWorkloadTier(tier)) return [];
    const { image } = tier.workload;
    const reference = parseImageReference(image);
    if (reference.kind === "Host") return [];
    const entry = ledger.entries.get(ledgerKeys.image(metadata.project, metadata.name, tier.name, image));
    const written = reference.kind === "Registry" ? reference.digest : null;
    return [{ tier: tier.name, image, digest: written ?? (entry?.kind === "Image" ? entry.digest : "") }];
  });
}

export interface ImageVerdict {
  readonly status: "True" | "False";
  readonly reason: string;
  readonly message: string;
}

const reasons: Readonly<Record<string, string>> = {
  NW1602: "ToolMissing",
  NW1608: "RegistryUnreachable",
  NW1609: "ImageNotFound",
  NW1610: "DigestMismatch",
  NW1611: "ImageUnusable",
};

/** Undefined for a service that runs from hosts' own files. */
export function judgePulled(
  facts: Facts,
  images: Images,
  instances: readonly ServiceInstance[],
): ImageVerdict | undefined {
  if (images.length === 0) return undefined;
  const found = images.flatMap(({ tier, image, digest }) => {
    const hosts = [...new Set(instances.filter(({ entry }) => entry.tier === tier).map(({ host }) => host))].toSorted();
    return hosts.map((host) => ({ host, image, report: reportOf(facts, host, image, digest) }));
  });
  const failed = found.find(({ report }) => report?.phase === "Failed");
  if (failed?.report !== undefined) {
    const { code, message, hint } = failed.report;
    const reason = reasons[code ?? ""] ?? "PullFailed";
    const advice = hint === null ? "" : `; hint: ${hint}`;
    return { status: "False", reason, message: `${failed.host}: ${failed.image}: ${code}: ${message}${advice}` };
  }
  const waiting = found.find(({ report }) => report?.phase !== "Ready");
  if (waiting !== undefined) {
    const how = waiting.report?.message ?? "not asked for yet";
    return { status: "False", reason: "Pulling", message: `${waiting.host}: ${waiting.image}: ${how}` };
  }
  const names = images.map(({ image, digest }) => (image.includes("@") ? image : `${image} is ${digest}`));
  return { status: "True", reason: "Pulled", message: [...new Set(names)].join(", ") };
}

function reportOf({ reports }: Facts, host: string, image: string, digest: string): ImageReport | undefined {
  const known = reports.get(host)?.report.images ?? [];
  return known.find(
    (each) => each.name === image && (each.digest === digest || digest === "" || each.phase === "Failed"),
  );
}
