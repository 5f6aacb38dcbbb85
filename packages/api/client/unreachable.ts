/** Why a server cannot be reached, in words. */
import { isNetwrightError, messageOf, NetwrightError } from "@netwright/base";

export type Target =
  | { readonly kind: "Socket"; /** Of the unix socket. */ readonly path: string }
  | {
      readonly kind: "Https";
      /** `https://HOST[:PORT]`. */ readonly url: string;
      /** PEM; the system's own when undefined. */ readonly ca?: string;
    };

interface Reason {
  readonly message: string;
  readonly hint?: string;
}

const socketReasons: Readonly<Record<string, Reason>> = {
  ENOENT: { message: "there is no server", hint: "start a lab with: netwright lab up" },
  ECONNREFUSED: { message: "the server is not running", hint: "see: netwright lab status" },
  EACCES: { message: "it may not be opened", hint: "run as root, or as the user who started the server" },
};

const certificateHint = "give the server's own CA certificate (GET /v1alpha1/ca over the unix socket prints it)";

const reasons: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: { message: "nothing listens there", hint: "check address and port, and that the server runs" },
  ENOTFOUND: { message: "the name is not known" },
  EAI_AGAIN: { message: "the name cannot be looked up now" },
  ETIMEDOUT: { message: "no answer in time" },
  EHOSTUNREACH: { message: "there is no way to it" },
  ENETUNREACH: { message: "there is no way to it" },
  ECONNRESET: { message: "the connection broke" },
  EPIPE: { message: "the connection broke" },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    message: "its certificate is not signed by a CA that is trusted",
    hint: certificateHint,
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    message: "its certificate is not signed by a CA that is trusted",
    hint: certificateHint,
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    message: "its certificate is not signed by a CA that is trusted",
    hint: certificateHint,
  },
  CERT_HAS_EXPIRED: { message: "its certificate has expired" },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    message: "its certificate is for another name",
    hint: "use the name or address that the server was set up with",
  },
  EPROTO: { message: "it does not speak TLS as expected", hint: "check the port" },
};

/** NW1505 that names the target and the reason; passes our own errors on. */
export function unreachable(error: unknown, target: Target): NetwrightError {
  if (isNetwrightError(error)) return error;
  const where = target.kind === "Socket" ? target.path : target.url;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const known = (target.kind === "Socket" ? socketReasons[code] : undefined) ?? reasons[code];
  const { message, hint } = known ?? { message: messageOf(error) };
  return new NetwrightError("NW1505", `the server at ${where} cannot be reached: ${message}`, {
    cause: error,
    ...(hint === undefined ? {} : { hint }),
  });
}
