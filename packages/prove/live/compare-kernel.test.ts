/** What a real kernel printed for the scene of the drivers' goldens, with eBPF; then with one thing changed. */
import { readFileSync } from "node:fs";
import type { HostState, KernelReadback, NamespaceReadback } from "@netwright/contract";
import { wantFirewall } from "@netwright/drivers/firewall-nftables/want.ts";
import { renderTable } from "@netwright/drivers/nftables/render.ts";
import { goldenState } from "@netwright/drivers/testing/scene.ts";
import { expect, test } from "vitest";
import { compareKernel } from "./compare-kernel.ts";

const readback = JSON.parse(
  readFileSync(new URL("../testdata/kernel-readback.json", import.meta.url), "utf8"),
) as KernelReadback;
const rendered = wantFirewall(goldenState).map(({ netns, table }) => ({ netns, text: renderTable(table) }));
const tenant = "nwn-default.web";

/** With one namespace's print changed. */
function changed(
  netns: string | null,
  change: (there: NamespaceReadback) => Partial<NamespaceReadback>,
): KernelReadback {
  const namespaces = readback.namespaces.map((each) => (each.netns === netns ? { ...each, ...change(each) } : each));
  expect(namespaces).not.toEqual(readback.namespaces);
  return { ...readback, namespaces };
}
const differencesOf = (found: KernelReadback, state: HostState = goldenState) =>
  compareKernel(found, state, { rendered }).differences;

test("is what the state wants, in every namespace", () => {
  const { differences, proofs } = compareKernel(readback, goldenState, { rendered });
  expect(differences).toEqual([]);
  expect(proofs.map(({ clause, verdict }) => [clause, verdict])).toEqual([
    ["implied kernel host1", "Proved"],
    [`implied kernel host1 ${tenant}`, "Proved"],
    ["implied kernel host1 nww-default.shop-proxy-1", "Proved"],
    ["implied kernel host1 nww-default.shop-web-1", "Proved"],
  ]);
});

test("a route, a neighbour, a forwarding entry, a link that is otherwise is named, both ways", () => {
  expect(
    differencesOf(changed(tenant, ({ routes }) => ({ routes: routes.replace('"fe80::1:2"', '"fe80::1:3"') }))),
  ).toEqual([
    {
      kind: "Route",
      netns: tenant,
      entry: "fd77:0:0:7:2::/80 table main metric 1024",
      wanted: "unicast via fe80::1:2 dev vxlan",
      found: "unicast via fe80::1:3 dev vxlan",
      packet: "to fd77:0:0:7:2::",
      example: null,
      isSure: true,
    },
  ]);
  expect(
    differencesOf(
      changed(tenant, ({ neighbours }) => ({
        neighbours: neighbours.replace("02:00:03:00:00:01", "02:00:03:00:00:02"),
      })),
    ),
  ).toMatchObject([{ kind: "Neighbour", wanted: "02:00:03:00:00:01", found: "02:00:03:00:00:02" }]);
  expect(
    differencesOf(changed(tenant, ({ fdb }) => ({ fdb: fdb.replace('"02:00:02:00:00:02"', '"02:00:02:00:00:03"') }))),
  ).toMatchObject([
    { kind: "Forwarding", entry: "02:00:02:00:00:02 dev vxlan", found: null },
    { kind: "Forwarding", entry: "02:00:02:00:00:03 dev vxlan", wanted: null },
  ]);
  expect(
    differencesOf(changed(null, ({ links }) => ({ links: links.replace('"mtu":1430', '"mtu":1500') }))),
  ).toMatchObject([{ kind: "Link", netns: null, entry: "nwu7" }]);
});

test("a rule that is changed by hand is named with the packet that proves it, whatever its comment says", () => {
  const open = changed(tenant, ({ ruleset }) => ({
    ruleset: ruleset.replace('counter drop comment "undelivered', 'counter accept comment "undelivered'),
  }));
  const { proofs, differences } = compareKernel(open, goldenState, { rendered });
  expect(differences.every(({ kind, netns }) => kind === "Rules" && netns === tenant)).toBe(true);
  expect(proofs.find(({ verdict }) => verdict === "Refuted")).toMatchObject({
    clause: `implied kernel host1 ${tenant}`,
    subject: "Kernel",
    by: "Live",
    counterexample: {
      packet: { protocol: "tcp" },
      message: expect.stringContaining("forwarding rule 12 (undelivered)"),
    },
  });
});

test("two rules that do not meet in another order are told, and refute nothing", () => {
  const swapped = changed(tenant, ({ ruleset }) => ({
    ruleset: ruleset.replace(/(.*"other-host.*\n)(.*"loopback.*\n)/, "$2$1"),
  }));
  const { proofs, differences } = compareKernel(swapped, goldenState, { rendered });
  expect(differences).toMatchObject([{ kind: "Rules", entry: "guard rule 4", packet: null }]);
  expect(proofs.every(({ verdict }) => verdict === "Proved")).toBe(true);
});

test("a namespace that is gone, and one that nobody wants", () => {
  const [own, first, ...rest] = readback.namespaces as [NamespaceReadback, NamespaceReadback, ...NamespaceReadback[]];
  const stranger = { ...first, netns: "nwn-default.other" };
  const differences = differencesOf({ ...readback, namespaces: [own, stranger, ...rest] });
  expect(differences.slice(0, 2)).toMatchObject([
    { kind: "Namespace", entry: tenant, wanted: "there", found: null },
    { kind: "Namespace", entry: "nwn-default.other", wanted: null, found: "there" },
  ]);
});

test("a slot of the load balancer in the kernel is shown by a client that hashes to it", () => {
  const { balancer } = readback;
  const tables = (balancer?.tables ?? []).map(
    ([index, value]) => [index, index === 0 ? `0000${value.slice(4)}` : value] as const,
  );
  const [only, ...others] = differencesOf({
    ...readback,
    balancer: balancer === null ? null : { ...balancer, tables },
  });
  expect(others).toEqual([]);
  expect(only).toMatchObject({
    kind: "Balancer",
    netns: tenant,
    entry: "slot 0 of [2001:db8:100::5]:443/tcp",
    found: "",
    example: { destination: "2001:db8:100::5", destinationPort: 443, protocol: "tcp" },
  });
});

test("what could not be read is not proved", () => {
  const { proofs } = compareKernel(
    changed(tenant, () => ({ problem: "longer than is read" })),
    goldenState,
  );
  expect(proofs.map(({ verdict }) => verdict)).toContain("NotProved");
});
