/** `workload.volumes[]`: directories that outlive an instance. */
import { z } from "zod";
import { directoryPathField } from "../../fields/directory-path.ts";
import { nameField } from "../../fields/name.ts";
import { memoryField } from "../../fields/quantity.ts";
import { earlierWith, exactlyOne, finding, keyFinding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";

export const volumeNameMax = 15;
/** A file system and its journal need room too. */
const sizeMin = 16 * 2 ** 20;

export const volumeSchema = z.strictObject({
  name: nameField("A volume of each instance's own, made on first use; or hostPath.", volumeNameMax).exactOptional(),
  hostPath: directoryPathField(
    "A directory of the host, one of those that Host.spec.hostPaths allows; or name.",
  ).exactOptional(),
  path: directoryPathField("Where the workload sees it."),
  size: memoryField(
    "Of a named volume: how much it holds, its own bookkeeping included. May be raised.",
    sizeMin,
  ).exactOptional(),
  readOnly: z.boolean().default(false).meta({ description: "True: the workload may only read it." }),
});

export type VolumeEntry = z.output<typeof volumeSchema>;

/** Nothing of a workload's own can be put there. */
const systemDirectories = new Set(["dev", "proc", "sys"]);

export function validateVolumes(
  volumes: readonly VolumeEntry[],
  files: readonly { readonly path: string }[],
  path: FieldPath,
): readonly Finding[] {
  return volumes.flatMap((volume, index) => {
    const own = [...path, index];
    return [
      ...exactlyOne(volume, ["name", "hostPath"], own, "name: a volume of its own; hostPath: a directory of the host"),
      ...sizeFindings(volume, own),
      ...twiceFindings(volumes, index, own),
      ...placeFindings(volume, [...own, "path"]),
      ...nestedFindings(volumes, index, [...own, "path"]),
      ...coveredFindings(volume, files, [...own, "path"]),
    ];
  });
}

function sizeFindings({ name, hostPath, size }: VolumeEntry, path: FieldPath): readonly Finding[] {
  if (name !== undefined && size === undefined)
    return [finding("NW1202", [...path, "size"], "is required with name", "how much it may hold, for example 1Gi")];
  if (hostPath === undefined || size === undefined) return [];
  const hint = "leave it out: only a volume with a name has a size of its own";
  return [keyFinding("NW1205", [...path, "size"], "does not bound a directory of the host", hint)];
}

function twiceFindings(volumes: readonly VolumeEntry[], index: number, path: FieldPath): readonly Finding[] {
  const earlier = earlierWith(volumes, index, "name");
  if (earlier === undefined) return [];
  const text = `${volumes[index]?.name} is the name of volumes[${earlier}] too`;
  return [finding("NW1205", [...path, "name"], text, "every volume of a tier has its own name")];
}

function placeFindings({ path: target }: VolumeEntry, path: FieldPath): readonly Finding[] {
  if (!systemDirectories.has(target.split("/")[1] ?? "")) return [];
  return [
    finding("NW1203", path, `nothing can be put at ${target}`, "choose a directory outside /dev, /proc and /sys"),
  ];
}

/** Whether a path is another, or lies below it. */
export const isWithin = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}/`);

function nestedFindings(volumes: readonly VolumeEntry[], index: number, path: FieldPath): readonly Finding[] {
  const target = volumes[index]?.path ?? "";
  const other = volumes.findIndex(
    (each, at) => at < index && (isWithin(target, each.path) || isWithin(each.path, target)),
  );
  if (other < 0) return [];
  const text = `${target} and ${volumes[other]?.path} of volumes[${other}] lie in one another`;
  return [finding("NW1205", path, text, "give each a directory of its own")];
}

function coveredFindings(
  { path: target }: VolumeEntry,
  files: readonly { readonly path: string }[],
  path: FieldPath,
): readonly Finding[] {
  const file = files.find((each) => isWithin(each.path, target));
  if (file === undefined) return [];
  const hint = "put the file elsewhere: what is in a volume belongs to the workload";
  return [finding("NW1205", path, `${file.path} of files would lie in it`, hint)];
}
