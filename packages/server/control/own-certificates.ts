/** Certificates that users bring themselves, from Secrets. */
import type { Service } from "@netwright/api";
import { diagnose, ownCertificate, type Applied, type ObjectSet, type OwnCertificate } from "@netwright/compiler";
import { isNetwrightError, NetwrightError, type Diagnostic, type Instant } from "@netwright/base";
import type { CandidateChange } from "../apply/candidate.ts";
import { servedCertificate, timeComplaint, type ServedCertificate } from "../ca/chain.ts";
import type { Sealer } from "../secrets/sealer.ts";
import { keyText } from "../state/objects.ts";

/** What is made from the Secret, or a sentence that says why nothing is. */
export function openOwn(
  sealer: Sealer,
  { secret, chain, key }: OwnCertificate,
  hostname: string,
): ServedCertificate | string {
  try {
    const [crt, pem] = [chain, key].map((each) => sealer.open(each).toString("utf8"));
    const served = servedCertificate(crt ?? "", pem ?? "", hostname);
    return "message" in served ? `${served.key} of Secret ${secret} ${served.message}` : served;
  } catch (failure) {
    if (!isNetwrightError(failure)) throw failure;
    return `Secret ${secret} cannot be read: ${failure.message}`;
  }
}

/**
 * Refuses an edit after which a listener would have a certificate that cannot be served. Only what the edit is about is
 * judged: a certificate that has expired elsewhere must not stop people from working.
 * @throws NetwrightError with all that is wrong.
 */
export function checkOwnCertificates(
  sealer: Sealer,
  now: Instant,
  { services, secrets }: Pick<ObjectSet, "services" | "secrets">,
  changes: readonly CandidateChange[],
): void {
  const changed = new Set(changes.filter(({ change }) => change !== "Unchanged").map(({ key }) => key));
  const diagnostics = [...services.values()].flatMap((service) =>
    complaints(sealer, now, { service, secrets, changed }),
  );
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
}

interface Judged extends Pick<ObjectSet, "secrets"> {
  readonly service: Applied<Service>;
  readonly changed: ReadonlySet<string>;
}

const hint = "tls.crt: the certificate of the service first, then those above it; tls.key: its private key";

function complaints(sealer: Sealer, now: Instant, { service, secrets, changed }: Judged): readonly Diagnostic[] {
  const { metadata, spec } = service.object;
  const { project } = metadata;
  return spec.expose.flatMap((listener, index): readonly Diagnostic[] => {
    const own = ownCertificate({ secrets }, project, listener);
    if (own === undefined) return [];
    const about = [
      keyText({ kind: "Service", project, name: metadata.name }),
      keyText({ kind: "Secret", project, name: own.secret }),
    ];
    if (!about.some((key) => changed.has(key))) return [];
    const served = openOwn(sealer, own, listener.hostname);
    const complain = (message: string): readonly Diagnostic[] => [
      diagnose("NW1623", service, ["spec", "expose", index, "certificateRef"], message, hint),
    ];
    if (typeof served === "string") return complain(served);
    const late = timeComplaint(served, now);
    return late === undefined ? [] : complain(`tls.crt of Secret ${own.secret} ${late}`);
  });
}
