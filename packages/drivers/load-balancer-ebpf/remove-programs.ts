/** Takes away all that the driver makes, without its programs: for the other driver, which takes its place. */
import { messageOf } from "@netwright/base";
import { tunnelDevice, uplinkTenantDevice, type NodeSystem, type Problem } from "@netwright/contract";
import { pathOf, pinsDirectory } from "./programs.ts";

export interface RemovePrograms {
  /** Namespaces of tenants. */
  readonly removeFrom: readonly string[];
}

/** There from the first load to the removal. */
export const hasPrograms = ({ files, paths }: NodeSystem): Promise<boolean> =>
  files.exists(`${pinsDirectory(paths)}/1/maps/listeners`);

/** Preference and handle of our filters, by which the loader knows them too. A clsact that is left empty goes with them. */
const filter = "pref 28279 handle 1 bpf";
const script = `for netns; do
  for device in ${uplinkTenantDevice} ${tunnelDevice}; do
    nsenter --net="$netns" -- sh -euc '
      tc filter del dev "$0" ingress ${filter} 2>/dev/null || exit 0
      [ -n "$(tc filter show dev "$0" ingress; tc filter show dev "$0" egress)" ] || tc qdisc del dev "$0" clsact
    ' "$device"
  done
done
umount -l "$0" && rmdir "$0"`;

export async function removePrograms(
  { runner, paths }: NodeSystem,
  { removeFrom }: RemovePrograms,
): Promise<readonly Problem[]> {
  const problem = (message: string): readonly Problem[] => [{ slot: "loadBalancer", code: "NW1601", message }];
  try {
    const command = ["sh", "-euc", script, pinsDirectory(paths), ...removeFrom.map(pathOf)] as const;
    const { code, stderr } = await runner.run(command);
    return code === 0 ? [] : problem(`the programs of the other driver: ${stderr.trim()}`);
  } catch (error) {
    return problem(messageOf(error));
  }
}
