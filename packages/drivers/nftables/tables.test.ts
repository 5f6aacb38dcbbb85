import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { HostState } from "@netwright/contract";
import { wantFirewall } from "../firewall-nftables/want.ts";
import { wantBalancers } from "../load-balancer-nftables/want.ts";
import { goldenState } from "../testing/scene.ts";
import { renderTable } from "./render.ts";

const router: HostState = {
  ...goldenState,
  node: "edge1",
  role: "Router",
  underlay: { vtep: null, hostId: 0, tunnelPeers: [], externalInterfaces: ["provider", "transit"] },
  networks: [],
};
const [host, tenant] = wantFirewall(goldenState).map(({ table }) => renderTable(table));
const goldens = {
  "../firewall-nftables/testdata/host.nft": host,
  "../firewall-nftables/testdata/tenant.nft": tenant,
  "../firewall-nftables/testdata/router.nft": wantFirewall(router).map(({ table }) => renderTable(table))[0],
  "../load-balancer-nftables/testdata/tenant.nft": wantBalancers(goldenState).map(({ table }) => renderTable(table))[0],
};

describe.each(Object.entries(goldens))("%s", (path, text = "") => {
  it("is what is rendered", async () => {
    await expect(text).toMatchFileSnapshot(path);
  });

  it("is accepted by nft", () => {
    // A netdev chain needs its device even to be checked; `lo` is always there.
    const input = text.replaceAll(/device "\w+"/g, 'device "lo"').replaceAll(/fwd to "\w+"/g, 'fwd to "lo"');
    expect(execFileSync("nft", ["-c", "-f", "-"], { input, encoding: "utf8" })).toBe("");
  });
});
