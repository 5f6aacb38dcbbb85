import type { NodeSystem } from "@netwright/contract";

const packages = { ip: "iproute2", bridge: "iproute2", nsenter: "util-linux" } as const;

/** The programs that the batches are for. */
export async function probeLinks({ runner }: NodeSystem): Promise<readonly string[]> {
  const missing = await Promise.all(
    Object.entries(packages).map(async ([program, name]) =>
      (await runner.find(program)) === undefined ? [`${program} (package ${name}) is not there`] : [],
    ),
  );
  return missing.flat();
}
