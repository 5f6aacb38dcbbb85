/** One object may stand once in what is applied together. */
import type { Diagnostic } from "@netwright/base";
import { objectName } from "../kinds/index.ts";
import type { LoadedObject } from "./parse-manifests.ts";

export function duplicateDiagnostics(objects: readonly LoadedObject[]): readonly Diagnostic[] {
  const first = new Map<string, LoadedObject>();
  return objects.flatMap((loaded) => {
    const subject = objectName(loaded.object);
    const earlier = first.get(subject);
    if (earlier === undefined) {
      first.set(subject, loaded);
      return [];
    }
    const { file, line, column } = earlier.locate(["metadata", "name"]);
    const message = `${subject} stands twice in what is applied; first in ${file}:${line}:${column}`;
    return [
      {
        code: "NW1106",
        message,
        subject,
        field: "metadata.name",
        source: loaded.locate(["metadata", "name"]),
        hint: "remove or rename one of them",
      },
    ];
  });
}
