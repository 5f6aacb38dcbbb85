/** Slot `firewall`: default deny for every tenant network, tunnels from peers only. */
import type { Driver } from "@netwright/contract";
import { describeScript } from "../nftables/kernel.ts";
import { applyFirewall } from "./apply.ts";
import { observeFirewall, type FirewallHave } from "./observe.ts";
import { planFirewall, type FirewallChange } from "./plan.ts";
import { probeFirewall } from "./probe.ts";
import { wantFirewall, type FirewallWant } from "./want.ts";

export { readAdmissions, renderAdmissions, type Admission } from "./answers.ts";
export { mostAnswers } from "./egress.ts";
export { readCounts, readDenied, readNotExposed, type FirewallCounts, type RuleCount } from "./observe.ts";

export const firewallNftables: Driver<readonly FirewallWant[], FirewallHave, FirewallChange> = {
  slot: "firewall",
  name: "nftables",
  probe: probeFirewall,
  want: wantFirewall,
  observe: observeFirewall,
  plan: planFirewall,
  apply: applyFirewall,
  describe: (change) => (change.kind === "Rules" ? describeScript(change) : `${change.netns}: forwards`),
};
