/** What is expected of a server's certificate. Pure. */
import { X509Certificate } from "node:crypto";
import type { SubjectOf } from "@netwright/api";
import { formatDuration } from "@netwright/base";
import { printExpectation, textProblem } from "./expect-text.ts";

type Expected = NonNullable<SubjectOf<"http">["certificate"]>;

export const printCertificate = ({ issuer, names, validFor }: Expected): string =>
  [
    ...(issuer === undefined ? [] : [printExpectation("issuer", issuer)]),
    ...(names === undefined ? [] : [`certificate for ${names.join(", ")}`]),
    ...(validFor === undefined ? [] : [`valid for ${formatDuration(validFor)}`]),
  ].join(", ") || "a certificate";

/** @param pem empty: there is none. @param now milliseconds since 1970 */
export function certificateProblem({ issuer, names, validFor }: Expected, pem: string, now: number): readonly string[] {
  if (pem === "") return ["no certificate: the connection has no TLS"];
  const certificate = new X509Certificate(pem);
  const wrong = textProblem(certificate.issuer.replaceAll("\n", ", "), issuer);
  const lacking = (names ?? []).filter((name) => certificate.checkHost(name) === undefined);
  const left = certificate.validToDate.getTime() - now;
  return [
    ...(wrong === undefined ? [] : [`issuer ${wrong}`]),
    ...(lacking.length === 0 ? [] : [`not for ${lacking.join(", ")}: ${certificate.subjectAltName ?? "no names"}`]),
    ...(validFor === undefined || left >= validFor ? [] : [`valid until ${certificate.validToDate.toISOString()}`]),
  ];
}
