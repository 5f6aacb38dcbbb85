/** BGP by BIRD 2: sessions, filters, announcements and the routes of the node's own namespace. */
import type { Driver } from "@netwright/contract";
import { applyBird } from "./apply.ts";
import { observeBird, type BirdHave } from "./observe.ts";
import { describeBird, planBird, type BirdChange } from "./plan.ts";
import { probeBird } from "./probe.ts";
import { wantBird, type BirdWant } from "./want.ts";

export { readBgp, type BgpFacts } from "./report.ts";

export const bgpBird: Driver<BirdWant, BirdHave, BirdChange> = {
  slot: "bgp",
  name: "bird",
  probe: probeBird,
  want: wantBird,
  observe: observeBird,
  plan: planBird,
  apply: applyBird,
  describe: describeBird,
};
