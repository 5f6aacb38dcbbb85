/** The one Lab of a file. */
import { dirname, resolve } from "node:path";
import type { Lab } from "@netwright/api";
import { nodeReader } from "@netwright/api/load/read-disk.ts";
import { readManifests } from "@netwright/api/load/read-manifests.ts";
import { NetwrightError } from "@netwright/base";
import { imagesBeside } from "@netwright/lab";

/** @throws every complaint about the file; NW1002 when it holds anything but one Lab. */
export async function readLabManifest(file: string): Promise<Lab> {
  const { objects, diagnostics } = await readManifests([file], nodeReader);
  if (diagnostics.length > 0) throw NetwrightError.of(diagnostics);
  const [first, ...more] = objects;
  if (first?.object.kind !== "Lab" || more.length > 0) {
    throw new NetwrightError("NW1002", `${file} does not hold one Lab and nothing else`, {
      hint: "netwright apply takes the other kinds",
    });
  }
  return imagesBeside(first.object, dirname(resolve(file)));
}
