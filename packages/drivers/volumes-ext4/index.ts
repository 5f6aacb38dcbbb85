/** Slot `volumes`: data of a fixed size that outlives containers, as ext4 file systems in files. */
import type { Driver, NodeSystem } from "@netwright/contract";
import { applyVolumes } from "./apply.ts";
import { observeVolumes, type VolumesHave } from "./observe.ts";
import { describeVolume, planVolumes, type VolumeChange } from "./plan.ts";
import { wantVolumes, type VolumesWant } from "./want.ts";

export { volumeFile } from "./layout.ts";
export { readVolumes } from "./observe.ts";
export { readUsage } from "./usage.ts";

export const volumesExt4: Driver<VolumesWant, VolumesHave, VolumeChange> = {
  slot: "volumes",
  name: "ext4",
  probe,
  want: wantVolumes,
  observe: observeVolumes,
  plan: planVolumes,
  apply: applyVolumes,
  describe: describeVolume,
};

async function probe({ runner, files }: NodeSystem): Promise<readonly string[]> {
  const programs = ["mkfs.ext4", "resize2fs", "fallocate", "losetup"];
  const found = await Promise.all(programs.map((program) => runner.find(program)));
  const lacking = programs.filter((_, index) => found[index] === undefined);
  const kernel = (await files.read("/proc/filesystems")) ?? "";
  const packages = "packages e2fsprogs and util-linux";
  return [
    ...(lacking.length === 0 ? [] : [`${lacking.join(", ")} not installed (${packages}): no volume can be made`]),
    ...((await files.exists("/dev/loop-control"))
      ? []
      : ["/dev/loop-control is missing (module loop): no volume can be used"]),
    ...(/\bext4$/m.test(kernel) ? [] : ["the kernel has no ext4: no volume can be used"]),
  ];
}
