/** What the lab's verbs need of the machine, injected. */
import type { Entropy } from "@netwright/base";
import type { NodeSystem } from "@netwright/contract";

export interface LabContext extends Pick<NodeSystem, "runner" | "files" | "processes" | "clock"> {
  readonly entropy: Entropy;
}
