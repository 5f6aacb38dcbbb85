/**
 * Certificate and key of a workload, in a directory that it sees. What is in it is exchanged in one step, by the way that
 * programs know from Kubernetes: the files are links through `..data`, which leads to the present ones.
 */
import { chown, mkdir, readdir, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { NodeSystem, WorkloadIdentity } from "@netwright/contract";
import type { Bundle } from "./layout.ts";

/** What the workload reads. */
export interface IdentityFiles {
  readonly digest: string;
  readonly files: Readonly<Record<"tls.crt" | "tls.key" | "ca.crt", string>>;
}

/** Undefined until the value has come. @param value certificate chain, then private key, PEM, in base64 */
export function identityFiles(
  identity: WorkloadIdentity | undefined,
  value: string | undefined,
): IdentityFiles | undefined {
  if (identity === undefined || value === undefined) return undefined;
  const pem = Buffer.from(value, "base64").toString("utf8");
  const key = pem.indexOf("-----BEGIN PRIVATE KEY-----");
  const files = { "tls.crt": pem.slice(0, key), "tls.key": pem.slice(key), "ca.crt": identity.authority };
  return key === -1 ? undefined : { digest: identity.digest, files };
}

/** Makes the directory, or exchanges what is in it. @param owner of a directory that is not there yet */
export async function writeIdentity(
  { files }: Pick<NodeSystem, "files">,
  { tls, identity }: Pick<Bundle, "tls" | "identity">,
  { digest, files: texts }: IdentityFiles,
  owner: { readonly uid: number; readonly gid: number },
): Promise<void> {
  // A program that outlived its supervisor reads them: what is there stays there.
  if ((await files.read(identity)) === digest && (await files.exists(join(tls, "..data", "tls.key")))) return;
  await mkdir(tls, { recursive: true, mode: 0o755 });
  const known = await stat(tls);
  const { uid, gid } = known.uid === 0 ? owner : known;
  const next = `..${digest}`;
  await rm(join(tls, next), { recursive: true, force: true });
  await mkdir(join(tls, next), { mode: 0o755 });
  for (const [name, text] of Object.entries(texts)) {
    const path = join(tls, next, name);
    await writeFile(path, text, { mode: name === "tls.key" ? 0o400 : 0o444 });
    await chown(path, uid, gid);
    await symlink(`..data/${name}`, join(tls, name)).catch((failure: NodeJS.ErrnoException) => {
      if (failure.code !== "EEXIST") throw failure;
    });
  }
  await rm(join(tls, "..next"), { force: true });
  await symlink(next, join(tls, "..next"));
  await rename(join(tls, "..next"), join(tls, "..data"));
  await chown(tls, uid, gid);
  const former = (await readdir(tls)).filter((name) => name.startsWith("..") && name !== next && name !== "..data");
  for (const name of former) await rm(join(tls, name), { recursive: true, force: true });
  await files.write(identity, digest);
}
