/** Zones are loaded anew one by one, and identities told, by unbound 1.13 and newer. */
import type { NodeSystem } from "@netwright/contract";

export async function probe({ runner }: NodeSystem): Promise<readonly string[]> {
  const answer = await runner.run(["unbound", "-V"]).catch(() => undefined);
  const version = /^Version (\d+)\.(\d+)/.exec(answer?.stdout ?? "");
  if (version === null) return ["unbound is not installed (package unbound)"];
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major > 1 || minor >= 13 ? [] : [`unbound ${major}.${minor} is too old: 1.13 is needed`];
}
