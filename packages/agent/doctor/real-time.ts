/** Whether BIRD may run in real time on this machine (sched(7)), which BFD's 150 ms ask for when workloads keep it busy. */
import { isNetwrightError } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";
import { good, note, type Finding } from "./finding.ts";

const subject = "scheduling";

export async function realTimeFinding({ runner }: Pick<NodeSystem, "runner">): Promise<Finding> {
  if (await mayRunInRealTime(runner)) return good(subject, "BIRD may run in real time");
  return note("NW1911", subject, "BIRD may not run in real time here; it runs with a nice value of -10", {
    meaning: "workloads that keep this machine busy may cost BFD sessions, and with them routes for a moment",
    hint: "as root: chrt --rr 1 true; in a control group of version 1, give it a share in cpu.rt_runtime_us",
  });
}

/** As BIRD's own start asks. */
async function mayRunInRealTime(runner: NodeSystem["runner"]): Promise<boolean> {
  try {
    return (await runner.run(["chrt", "--rr", "1", "true"])).code === 0;
  } catch (error) {
    if (isNetwrightError(error)) return false;
    throw error;
  }
}
