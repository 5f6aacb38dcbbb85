/** Names of container images, as a person writes them and as everybody else compares them. Pure. */
import { NetwrightError } from "./errors.ts";

declare const digestBrand: unique symbol;
/** `sha256:` and 64 hexadecimal digits (OCI image specification, descriptor.md). */
export type Digest = string & { readonly [digestBrand]: true };

export const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);

export interface RegistryReference {
  readonly kind: "Registry";
  /** Host, with its port where it is not 443. */
  readonly registry: string;
  readonly repository: string;
  /** Null only where there is a digest. */
  readonly tag: string | null;
  readonly digest: Digest | null;
}

/** An OCI image layout on the host: a directory, or a tar archive of one. */
export interface LayoutReference {
  readonly kind: "Layout" | "Archive";
  readonly path: string;
  /** `org.opencontainers.image.ref.name` in the layout's index; null where it holds one image only. */
  readonly tag: string | null;
}

/** What is not the host's own file system. */
export type StoredImageReference = RegistryReference | LayoutReference;
export type ImageReference = { readonly kind: "Host" } | StoredImageReference;

/** Of distribution's reference grammar; a host is told from a path by its dot, its port, or being `localhost`. */
const hostname = /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*$/;
const pathComponent = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;

const repositoryMax = 255;
const pathMax = 4096;

const examples = "for example registry.example.net/shop:1.4";

/** @throws NW1203 with a hint. */
export function parseImageReference(text: string): ImageReference {
  if (text === "host") return { kind: "Host" };
  if (text.startsWith("oci:")) return layout("Layout", "oci:", text);
  if (text.startsWith("oci-archive:")) return layout("Archive", "oci-archive:", text);
  return registryReference(text);
}

/** The one way to write it: `parseImageReference` of it gives the same, and equal references are equal texts. */
export function formatImageReference(reference: ImageReference): string {
  if (reference.kind === "Host") return "host";
  if (reference.kind === "Registry") {
    const { registry, repository, tag, digest } = reference;
    return `${registry}/${repository}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
  }
  const { kind, path, tag } = reference;
  return `${kind === "Layout" ? "oci" : "oci-archive"}:${path}${tag === null ? "" : `:${tag}`}`;
}

/** The registry in it speaks a scheme of its own in other tools; people paste those. */
const schemes = /^(?:docker|https?|oci-dir|containers-storage|docker-archive|docker-daemon|dir):(?:\/\/)?/;

function registryReference(text: string): RegistryReference {
  if (schemes.test(text)) {
    const rest = text.replace(schemes, "");
    throw refused(text, rest === "" ? examples : `write it without a scheme: ${rest}`);
  }
  const at = text.indexOf("@");
  const digest = at === -1 ? null : text.slice(at + 1);
  const name = at === -1 ? text : text.slice(0, at);
  if (digest !== null && !isDigest(digest)) throw refused(text, "a digest is sha256: and 64 hexadecimal digits");
  const slash = name.indexOf("/");
  const first = slash === -1 ? "" : name.slice(0, slash);
  // What fetches images takes no IPv6 literal.
  if (first.startsWith("["))
    throw refused(text, "give the registry a name, in DNS or /etc/hosts, instead of an address");
  if (!isHost(first)) throw shortName(text, name);
  const path = name.slice(slash + 1);
  const colon = path.indexOf(":");
  const tag = colon === -1 ? null : path.slice(colon + 1);
  if (tag !== null && !tagForm.test(tag)) {
    throw refused(text, "a tag has letters, digits, _ . and -, at most 128, and does not begin with . or -");
  }
  const registry = registryName(first);
  const repository = repositoryOf(text, registry, colon === -1 ? path : path.slice(0, colon));
  return { kind: "Registry", registry, repository, tag: tag ?? (digest === null ? "latest" : null), digest };
}

const registryName = (host: string): string => {
  const lower = host.toLowerCase();
  return lower === "index.docker.io" ? "docker.io" : lower;
};

function repositoryOf(text: string, registry: string, path: string): string {
  if (/[A-Z]/.test(path)) throw refused(text, `repositories are lower case: ${path.toLowerCase()}`);
  if (path.length > repositoryMax) throw refused(text, `a repository has at most ${repositoryMax} characters`);
  if (!path.split("/").every((part) => pathComponent.test(part))) throw refused(text, examples);
  return registry === "docker.io" && !path.includes("/") ? `library/${path}` : path;
}

function isHost(text: string): boolean {
  const [, host = "", port] = /^([^:]*)(?::(\d+))?$/.exec(text) ?? [];
  if (!hostname.test(host) || !isPort(port)) return false;
  return host.includes(".") || port !== undefined || host === "localhost";
}

const isPort = (text: string | undefined): boolean =>
  text === undefined || (Number(text) >= 1 && Number(text) <= 65_535 && !text.startsWith("0"));

/**
 * Short names are refused: what they mean differs between machines, and whoever owns the name in the first registry
 * that is asked decides what runs.
 */
function shortName(text: string, name: string): NetwrightError {
  const candidate = `docker.io/${text.includes("/") ? "" : "library/"}${text}`;
  const plausible = name.split("/").every((part, index, all) => {
    const word = index === all.length - 1 ? part.split(":", 1)[0] : part;
    return pathComponent.test(word ?? "");
  });
  return refused(text, plausible ? `name the registry too: ${candidate}` : `host, oci:DIR, or ${examples.slice(12)}`);
}

function layout(kind: LayoutReference["kind"], prefix: string, text: string): LayoutReference {
  const rest = text.slice(prefix.length);
  const colon = rest.indexOf(":");
  const path = colon === -1 ? rest : rest.slice(0, colon);
  const tag = colon === -1 ? null : rest.slice(colon + 1);
  const noun = kind === "Layout" ? "directory" : "file";
  // oxlint-disable-next-line no-control-regex -- exactly these are refused
  if (path === "" || path.length > pathMax || /[\u0000-\u001f\u007f]/.test(path)) {
    throw refused(text, `the ${noun} of an OCI image, for example ${prefix}/srv/images/shop`);
  }
  if (tag !== null && !/^[\w./@+-][\w./@+:-]{0,254}$/.test(tag)) {
    throw refused(text, `${prefix}${noun.toUpperCase()}:NAME, the name in the layout's index; no colon in the path`);
  }
  return { kind, path, tag };
}

function refused(text: string, hint: string): NetwrightError {
  return new NetwrightError("NW1203", `${JSON.stringify(text.slice(0, 200))} is not an image`, { hint });
}
