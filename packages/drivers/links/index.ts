/** Slot `links`: namespaces, devices, addresses, neighbours, routes and forwarding entries by iproute2. */
import type { Driver } from "@netwright/contract";
import { applyLinks } from "./apply.ts";
import { observeLinks, type LinksHave } from "./observe.ts";
import { planLinks, type LinkChange } from "./plan.ts";
import { probeLinks } from "./probe.ts";
import { wantLinks, type LinksWant } from "./want.ts";

export const linksIproute2: Driver<LinksWant, LinksHave, LinkChange> = {
  slot: "links",
  name: "iproute2",
  probe: probeLinks,
  want: wantLinks,
  observe: observeLinks,
  plan: planLinks,
  apply: applyLinks,
  describe: ({ netns, tool, line }) => `${netns ?? "host"}: ${describeTool(tool)} ${line}`,
};

const describeTool = (tool: LinkChange["tool"]): string =>
  ({ ip: "ip", bridge: "bridge", zero: "0 to", one: "1 to" })[tool];
