import type { NodeSystem } from "@netwright/contract";

const packages = { ip: "iproute2", bridge: "iproute2", nsenter: "util-linux" } as const;
type Program = keyof typeof packages;

/** The programs that the batches are for. One shell looks for all of them: every node asks when its agent starts. */
export async function probeLinks({ runner }: NodeSystem): Promise<readonly string[]> {
  const programs = Object.keys(packages) as Program[];
  const script = `for program in ${programs.join(" ")}; do command -v "$program" >/dev/null || echo "$program"; done`;
  const { stdout } = await runner.run(["sh", "-c", script]);
  return programs
    .filter((program) => stdout.split("\n").includes(program))
    .map((program) => `${program} (package ${packages[program]}) is not there`);
}
