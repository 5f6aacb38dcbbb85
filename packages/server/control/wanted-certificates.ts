/** Where the certificates of hostnames are to come from. Pure. */
import type { CertificateIssuer, HttpsListener, Service } from "@netwright/api";
import { issuerOf, ownCertificate, type OwnCertificate } from "@netwright/compiler";
import type { World } from "./world.ts";

export type Source =
  | { readonly kind: "BuiltIn" }
  | { readonly kind: "Issuer" }
  /** From a Secret. `own` is undefined where that lacks something. */
  | { readonly kind: "Own"; readonly secret: string; readonly own: OwnCertificate | undefined };

/** By hostname. Also of services as they were, as far as something is left. */
export function wantedCertificates({
  objects,
  ledger,
}: Pick<World, "objects" | "ledger">): ReadonlyMap<string, Source> {
  const former = [...ledger.values()].flatMap((entry) => (entry.kind === "Former" ? [entry.object] : []));
  const present = [...objects.services.values()].map(({ object }) => object);
  return new Map(
    [...former, ...present].flatMap((service) =>
      httpsListeners(service).map((listener) => [listener.hostname, sourceOf(objects, service, listener)] as const),
    ),
  );
}

function sourceOf(objects: World["objects"], { metadata }: Service, listener: HttpsListener): Source {
  if (listener.certificateRef === undefined)
    return { kind: issuerOf(objects, listener) === undefined ? "BuiltIn" : "Issuer" };
  const own = ownCertificate(objects, metadata.project, listener);
  return { kind: "Own", secret: listener.certificateRef.name, own };
}

/** By hostname: what is ordered from authorities that are not built in. */
export function orderedNames({ objects }: Pick<World, "objects">): ReadonlyMap<string, CertificateIssuer> {
  const listeners = [...objects.services.values()].flatMap(({ object }) => httpsListeners(object));
  return new Map(
    listeners.flatMap((listener) => {
      const issuer = issuerOf(objects, listener);
      return issuer === undefined ? [] : [[listener.hostname, issuer] as const];
    }),
  );
}

export const httpsListeners = ({ spec }: Pick<Service, "spec">): readonly HttpsListener[] =>
  spec.expose.filter((listener) => listener.protocol === "HTTPS");
