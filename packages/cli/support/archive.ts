/** A support bundle on disk: a tar archive whose bytes depend on its contents alone. */
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { messageOf, NetwrightError, seconds } from "@netwright/base";
import { nodeRunner } from "@netwright/system";

/** The one directory that everything lies in. */
export const bundleRoot = "netwright-support";

/** @throws NW1602 without tar, NW1601 when it fails, NW1101 when the file cannot be written. */
export async function writeArchive(
  file: string,
  files: readonly { readonly path: string; readonly text: string }[],
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "netwright-support-"));
  const partial = `${file}.${process.pid}.new`;
  try {
    for (const { path, text } of files) {
      const target = join(directory, bundleRoot, path);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await writeFile(target, text, { mode: 0o600 });
    }
    const owner = ["--owner=0", "--group=0", "--numeric-owner", "--mtime=@0", "--sort=name", "--format=ustar"];
    const command = ["tar", "-C", directory, ...owner, "-czf", partial, bundleRoot] as const;
    const { code, stderr } = await nodeRunner.run(command, { timeout: seconds(120) });
    if (code !== 0) throw new NetwrightError("NW1601", `tar: ${stderr.trim()}`);
    await chmod(partial, 0o600);
    await rename(partial, file);
  } catch (error) {
    await rm(partial, { force: true });
    if (error instanceof NetwrightError) throw error;
    throw new NetwrightError("NW1101", `${file} cannot be written: ${messageOf(error)}`, { cause: error });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
