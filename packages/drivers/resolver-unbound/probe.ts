/** Rules by name need its Python module. Zones are loaded anew one by one, and identities told, by unbound 1.13 and newer. */
import type { NodeSystem } from "@netwright/contract";

/** Where Debian's package has it. */
const pythonModule = "/usr/lib/python3/dist-packages/unboundmodule.py";

export async function probe({ runner, files }: NodeSystem): Promise<readonly string[]> {
  const answer = await runner.run(["unbound", "-V"]).catch(() => undefined);
  const version = /^Version (\d+)\.(\d+)/.exec(answer?.stdout ?? "");
  if (version === null) return ["unbound is not installed (package unbound)"];
  const [major, minor] = [Number(version[1]), Number(version[2])];
  if (major === 1 && minor < 13) return [`unbound ${major}.${minor} is too old: 1.13 is needed`];
  const glue = await files.exists(pythonModule);
  return glue ? [] : ["unbound cannot run Python, which rules by name need (package python3-unbound)"];
}
