/** What both kinds of root directories are made of: the host's own, and an image's. Pure. */
import { NetwrightError } from "@netwright/base";
import {
  internalDomain,
  resolverAddress,
  type NodePaths,
  type SecretRef,
  type WorkloadFile,
} from "@netwright/contract";
import { bundleOf } from "./layout.ts";
import { generationOf, type ContainerInstance } from "./want.ts";

export interface Mount {
  readonly destination: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

export interface PlacedFile {
  /** Where it is written. */
  readonly path: string;
  /** Octets in base64. */
  readonly content: string;
  readonly mode: number;
}

/** What a kind of root directory decides of a container. */
export interface RootParts {
  readonly args: readonly string[];
  readonly env: readonly string[];
  readonly cwd: string;
  readonly user: { readonly uid: number; readonly gid: number; readonly additionalGids?: readonly number[] };
  readonly readonly: boolean;
  readonly mounts: readonly Mount[];
  readonly masked: readonly string[];
}

export const tmpfs = (destination: string, ...options: string[]): Mount => ({
  destination,
  type: "tmpfs",
  source: "tmpfs",
  options: ["nosuid", ...options],
});

/** A file or directory, read-only. */
export const bound = (destination: string, source: string): Mount => ({
  destination,
  type: "bind",
  source,
  options: ["bind", "ro", "nosuid", "nodev"],
});

/** The whole directory, so that what is in it can be exchanged. */
export function identityMounts(instance: ContainerInstance, paths: NodePaths): readonly Mount[] {
  const { tls } = instance.run;
  return tls === undefined ? [] : [bound(tls, bundleOf(paths, generationOf(instance)).tls)];
}

export const resolvConfPath = "/etc/resolv.conf";

/**
 * Whom a workload asks for names, resolv.conf(5): one label stands for a tier of its own service, or else for a service
 * of its network. A question that is lost is asked again after a second.
 */
export function resolvConf({ service }: Pick<ContainerInstance, "service">): string {
  const search = `${service}.${internalDomain} ${internalDomain}`;
  return `nameserver ${resolverAddress}\nsearch ${search}\noptions timeout:1 attempts:3\n`;
}

/** @throws NW1203 for a path where no workload can have a file. */
export function checkFilePath(path: string): void {
  if (!path.startsWith("/") || path.endsWith("/") || path.split("/").some((part) => part === ".." || part === ".")) {
    throw new NetwrightError("NW1203", `${JSON.stringify(path)} is not an absolute path of a file`);
  }
  if (["dev", "proc", "sys"].includes(path.split("/")[1] ?? ""))
    throw new NetwrightError("NW1203", `no file can be put at ${path}`);
}

const searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** `NAME=VALUE`, later ones before earlier ones of the same name; a PATH there is always. */
export function environment(...sources: readonly (readonly string[])[]): readonly string[] {
  const byName = new Map([["PATH", `PATH=${searchPath}`]]);
  for (const entry of sources.flat()) byName.set(entry.slice(0, entry.indexOf("=")), entry);
  return [...byName.values()];
}

/** Invariant: every secret that is referred to was delivered, or `plan` does not start it. */
export const assignments = ({ run, secrets }: ContainerInstance): readonly string[] =>
  run.env.map((each) => {
    const value =
      "secret" in each ? Buffer.from(secretValue(secrets, each.secret), "base64").toString("utf8") : each.value;
    return `${each.name}=${value}`;
  });

/** The octets of a file, in base64. */
export const contentOf = ({ secrets }: ContainerInstance, file: WorkloadFile): string =>
  "secret" in file ? secretValue(secrets, file.secret) : file.content;

function secretValue(secrets: ContainerInstance["secrets"], { name, key, digest }: SecretRef): string {
  const value = secrets.get(digest);
  if (value === undefined) throw new NetwrightError("NW1801", `${key} of Secret ${name} was not delivered`);
  return value;
}
