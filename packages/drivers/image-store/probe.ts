import type { NodeSystem } from "@netwright/contract";

/** What is missing on this node to run images, as sentences. Without it, `image: host` runs all the same. */
export async function missingForImages({
  runner,
  files,
}: Pick<NodeSystem, "runner" | "files">): Promise<readonly string[]> {
  const has = async (program: string): Promise<boolean> => (await runner.find(program)) !== undefined;
  const [skopeo, tar, policy, init] = await Promise.all([
    has("skopeo"),
    has("tar"),
    files.exists("/etc/containers/policy.json"),
    files.exists("/usr/bin/tini-static"),
  ]);
  const noPolicy = "/etc/containers/policy.json is missing (package golang-github-containers-common)";
  return [
    ...(skopeo ? [] : ["skopeo is not installed (package skopeo): images of registries cannot be fetched"]),
    ...(skopeo && !policy ? [`${noPolicy}: images of registries cannot be fetched`] : []),
    ...(tar ? [] : ["tar is not installed (package tar): images cannot be unpacked"]),
    ...(init ? [] : ["/usr/bin/tini-static is not there (package tini): images cannot be run"]),
  ];
}
