import type { NodeSystem } from "@netwright/contract";

/** What is missing on this node to run images, as sentences. Without it, `image: host` runs all the same. */
export async function missingForImages({
  runner,
  files,
}: Pick<NodeSystem, "runner" | "files">): Promise<readonly string[]> {
  const has = async (program: string): Promise<boolean> => (await runner.find(program)) !== undefined;
  const [skopeo, tar, mkfs, policy, init, loop] = await Promise.all([
    has("skopeo"),
    has("tar"),
    has("mkfs.ext4"),
    files.exists("/etc/containers/policy.json"),
    files.exists("/usr/bin/tini-static"),
    files.exists("/dev/loop-control"),
  ]);
  const noPolicy = "/etc/containers/policy.json is missing (package golang-github-containers-common)";
  return [
    ...(skopeo ? [] : ["skopeo is not installed (package skopeo): images of registries cannot be fetched"]),
    ...(skopeo && !policy ? [`${noPolicy}: images of registries cannot be fetched`] : []),
    ...(tar ? [] : ["tar is not installed (package tar): images cannot be unpacked"]),
    ...(mkfs && loop
      ? []
      : ["mkfs.ext4 or /dev/loop-control is missing: images with readOnlyRoot: false cannot be run"]),
    ...(init ? [] : ["/usr/bin/tini-static is not there (package tini): images cannot be run"]),
  ];
}
