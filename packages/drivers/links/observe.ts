/** Lists the kernel: all namespaces that carry our mark, and the node's own. One process, whatever their number. */
import { NetwrightError } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import type { Netns } from "./link.ts";
import { parseNamespace, questions, type NamespaceHave } from "./parse.ts";

export interface LinksHave {
  /** By name; undefined where the name is there and no namespace behind it. Null is the node's own. */
  readonly namespaces: ReadonlyMap<Netns, NamespaceHave | undefined>;
  /** Settings of the node's own namespace, by path. */
  readonly settings: ReadonlyMap<string, string>;
}

/** What routing needs in the node's own namespace; ECMP must look at ports, or one client stays on one host. */
export const nodeSettings = [
  "/proc/sys/net/ipv6/conf/all/forwarding",
  "/proc/sys/net/ipv6/conf/default/forwarding",
  "/proc/sys/net/ipv6/fib_multipath_hash_policy",
] as const;

const failed = "@failed";

// A shell forks in a tenth of the time that this program needs for it.
const script = `for setting in ${nodeSettings.join(" ")}; do value=; read -r value <"$setting"; echo "$value"; done
ask() {
  ip -6 "$@" -j -d -batch - <<'END' || echo ${failed}
${questions}END
}
echo "@namespace"
ask
for path in /run/netns/nw[nw]-*; do
  [ -e "$path" ] || continue
  name=\${path##*/}
  echo "@namespace $name"
  ask -n "$name"
  case $name in nwn-*) echo "@fdb"; bridge -n "$name" -j fdb show ;; esac
done
:`;

/** @throws NW1601 when the node's own namespace cannot be listed. */
export async function observeLinks(system: NodeSystem): Promise<LinksHave> {
  const { stdout, stderr } = await system.runner.run(["sh", "-c", script]);
  const [settings = "", ...sections] = stdout.split(/^@namespace/m);
  const values = settings.split("\n");
  const namespaces = new Map(sections.map(parseSection));
  if (namespaces.get(null) === undefined) throw new NetwrightError("NW1601", `ip: ${stderr.trim().split("\n")[0]}`);
  return { namespaces, settings: new Map(nodeSettings.map((path, index) => [path, values[index] ?? ""])) };
}

/** The name on the first line, none for the node's own; then answers. */
function parseSection(text: string): readonly [Netns, NamespaceHave | undefined] {
  const [name = ""] = text.split("\n", 1);
  const netns = name.trim() === "" ? null : name.trim();
  const [ip = "", fdb = ""] = text.slice(name.length).split("@fdb\n");
  return [netns, ip.includes(failed) ? undefined : parseNamespace(netns, ip, fdb)];
}
