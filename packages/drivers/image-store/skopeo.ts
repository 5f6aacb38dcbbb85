/** skopeo as the client of registries: what is asked of it, and what its complaints mean. */
import {
  isNetwrightError,
  milliseconds,
  NetwrightError,
  seconds,
  type ErrorCode,
  type RegistryReference,
} from "@netwright/base";
import type { Runner } from "@netwright/contract";
import { unusable } from "./unusable.ts";

export interface RegistryAccess {
  /** Credentials (containers-auth.json(5)); null: skopeo's own places. Only its path is ever in a command line. */
  readonly authFile: string | null;
}

export interface SkopeoOptions {
  readonly runner: Runner;
  readonly access: RegistryAccess;
  readonly signal: AbortSignal;
}

/** A manifest is small: a registry that needs longer is not there. */
const manifestPatience = seconds(30);
/** For all layers of an image, however slowly they come. Silence is noticed much earlier. */
const layersPatience = seconds(4 * 3600);

const authArguments = ({ authFile }: RegistryAccess, option: string): readonly string[] =>
  authFile === null ? [] : [option, authFile];

const source = ({ registry, repository }: RegistryReference, at: string): string =>
  `docker://${registry}/${repository}${at.startsWith("sha256:") ? "@" : ":"}${at}`;

/** The manifest as the registry has it. @param at tag or digest */
export async function readRawManifest(
  options: SkopeoOptions,
  reference: RegistryReference,
  at: string,
): Promise<string> {
  const args = ["inspect", "--raw", ...authArguments(options.access, "--authfile"), source(reference, at)];
  return skopeo(options, ["skopeo", ...args], manifestPatience);
}

/** The configuration of an image as the registry has it. */
export async function readRawConfig(options: SkopeoOptions, reference: RegistryReference, at: string): Promise<string> {
  const args = ["inspect", "--config", "--raw", ...authArguments(options.access, "--authfile"), source(reference, at)];
  return skopeo(options, ["skopeo", ...args], manifestPatience);
}

export interface LayerCopy {
  /** Of one platform's manifest. */
  readonly digest: string;
  /** What is there already is not fetched again. */
  readonly blobs: string;
  /** A directory of its own, for what is under way. */
  readonly beside: string;
  /** No file of it may grow larger, in octets. */
  readonly largest: number;
}

export async function copyLayers(options: SkopeoOptions, reference: RegistryReference, copy: LayerCopy): Promise<void> {
  const args = [
    "copy",
    "--quiet",
    ...authArguments(options.access, "--src-authfile"),
    `--dest-shared-blob-dir=${copy.blobs}`,
    "--dest-oci-accept-uncompressed-layers",
    source(reference, copy.digest),
    `oci:${copy.beside}:image`,
  ];
  // A registry that never stops sending fills no disk.
  await skopeo(options, ["prlimit", `--fsize=${copy.largest}`, "skopeo", ...args], layersPatience);
}

async function skopeo(
  { runner, signal }: SkopeoOptions,
  command: readonly [string, ...string[]],
  patience: ReturnType<typeof seconds>,
): Promise<string> {
  try {
    const { code, stdout, stderr } = await runner.run(command, { timeout: milliseconds(patience), signal });
    if (code === 0) return stdout;
    throw failureOf(stderr);
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    if (error.code === "NW1602") {
      throw new NetwrightError("NW1602", "skopeo is not installed", { hint: "apt-get install skopeo", cause: error });
    }
    if (error.code !== "NW1605") throw error;
    throw new NetwrightError("NW1608", `the registry did not answer within ${patience / 1000} s`, { cause: error });
  }
}

type Meaning = readonly [pattern: RegExp, code: ErrorCode, message: string, hint: string];

/** The first that fits. */
const meanings: readonly Meaning[] = [
  [
    /executable file not found|prlimit: failed to execute/i,
    "NW1602",
    "skopeo is not installed",
    "apt-get install skopeo",
  ],
  [
    /policy\.json/,
    "NW1602",
    "this host has no policy of images",
    "apt-get install golang-github-containers-common, which brings /etc/containers/policy.json",
  ],
  [
    /rejected by policy|Source image rejected/,
    "NW1609",
    "the policy of this host refuses it",
    "sign it as /etc/containers/policy.json asks, or change that",
  ],
  [/no space left on device/i, "NW1601", "the disk of this host is full", "make room in the state directory"],
  [
    /unauthorized|authentication required|access to the (?:requested )?resource is denied|invalid username\/password|status(?: code)?:? 40[13]|forbidden/i,
    "NW1609",
    "the registry does not let this host have it",
    "put credentials for it into the agent's --registry-auth file (skopeo login --authfile FILE REGISTRY)",
  ],
  [
    /manifest unknown|name unknown|repository name not known|blob unknown|not found|status(?: code)?:? 404/i,
    "NW1609",
    "the registry does not know it",
    "look at the name, and push the image before the service is applied",
  ],
  [
    /digest did not match|does not match|doesn't match|digest mismatch|expected digest/i,
    "NW1610",
    "the registry sent something else than its digest says",
    "the registry, or something on the way to it, is damaged or lies",
  ],
  [
    /file too large|file size limit|size mismatch/i,
    "NW1610",
    "the registry sent more than the manifest says",
    "the registry, or something on the way to it, is damaged or lies",
  ],
  [
    /x509|certificate|tls:/i,
    "NW1608",
    "the registry's certificate is not trusted",
    "put its authority into /etc/containers/certs.d/REGISTRY/ca.crt (containers-certs.d(5))",
  ],
  [
    /server gave HTTP response to HTTPS client/,
    "NW1608",
    "the registry speaks no TLS",
    "name it as insecure in /etc/containers/registries.conf.d (containers-registries.conf(5))",
  ],
  [
    /unexpected end of JSON|invalid character|unsupported manifest|unknown media type|unsupported schema|cannot unmarshal/i,
    "NW1611",
    "the registry sent what is no manifest of an image",
    "look with skopeo inspect --raw at what it is",
  ],
];

const unreachable = [
  "NW1608",
  "the registry cannot be reached",
  "look at its name, its port and the way there",
] as const;

/** The longest complaint that is passed on. */
const complaintMax = 300;

export function failureOf(stderr: string): NetwrightError {
  const complaint = complaintOf(stderr);
  const found = meanings.find(([pattern]) => pattern.test(complaint));
  const [code, message, hint] = found === undefined ? unreachable : (found.slice(1) as [ErrorCode, string, string]);
  const text = complaint === "" ? message : `${message}: ${complaint}`;
  return code === "NW1611" ? unusable(text, hint) : new NetwrightError(code, text, { hint });
}

/** The last thing it said, without its own name for the image, and without what might be a secret in an address. */
function complaintOf(stderr: string): string {
  const line =
    stderr
      .trim()
      .split("\n")
      .findLast((each) => each !== "") ?? "";
  const quoted = /msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
  const said = quoted === undefined ? line : quoted.replace(/\\(["\\])/g, "$1");
  return said
    .replace(/^Error parsing image name "[^"]*": /, "")
    .replace(/(https?:\/\/)[^\s"/@]*@/g, "$1")
    .replace(/(https?:\/\/[^\s"?]*)\?[^\s"]*/g, "$1")
    .replace(/[\p{Cc}]/gu, " ")
    .slice(0, complaintMax);
}
