/** Rules across fields of one Suite. */
import { earlierWith, finding } from "../finding.ts";
import type { Finding } from "../kind.ts";
import { partsFindings, topologyFindings } from "../scenario/validate.ts";
import type { Suite } from "./schema.ts";

export function validateSuite({ spec }: Suite): readonly Finding[] {
  const files = spec.scenarios.map((file) => ({ file }));
  const repeated = files.flatMap(({ file }, index) =>
    earlierWith(files, index, "file") === undefined
      ? []
      : [
          finding(
            "NW1205",
            ["spec", "scenarios", index],
            `${file} stands there twice`,
            "name each scenario once; --repeat runs it often",
          ),
        ],
  );
  return [...topologyFindings(spec.topology, ["spec", "topology"]), ...partsFindings(spec), ...repeated];
}
