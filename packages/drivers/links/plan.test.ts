import { describe, expect, it } from "vitest";
import { goldenState } from "../testing/scene.ts";
import { linksIproute2 } from "./index.ts";
import { planLinks, steps, type LinkChange } from "./plan.ts";
import { parseNamespace, type NamespaceHave } from "./parse.ts";
import { wantLinks } from "./want.ts";
import { nodeSettings, type LinksHave } from "./observe.ts";

const settings = new Map(nodeSettings.map((path) => [path, "1"]));
const bare: LinksHave = { namespaces: new Map([[null, { isReady: true, links: [], items: [] }]]), settings };
const want = wantLinks(goldenState);

const text = (changes: readonly LinkChange[]): string =>
  steps
    .flatMap((step) => changes.filter((change) => change.step === step))
    .map((change) => `${change.step.padEnd(8)}${linksIproute2.describe(change)}\n`)
    .join("");

/** What is there after the first plan: the same items, and links whose ends know each other. */
function done(): LinksHave {
  const namespaces = new Map<string | null, NamespaceHave>();
  let index = 0;
  for (const netns of [null, ...want.namespaces])
    namespaces.set(netns, { isReady: true, links: [], items: want.items.filter((item) => item.netns === netns) });
  for (const link of want.links) {
    const ends = link.kind === "Vxlan" ? [link] : link.ends;
    const first = (index += 2);
    for (const [place, end] of ends.entries()) {
      const found = namespaces.get(end.netns) as NamespaceHave;
      const vxlan =
        link.kind === "Vxlan" ? { vni: link.vni, local: link.local, port: 4789, learning: false } : undefined;
      const have = {
        ...end,
        index: first + place,
        peerIndex: first + 1 - place,
        kind: vxlan === undefined ? "veth" : "vxlan",
        up: true,
        quiet: true,
        vxlan,
      };
      namespaces.set(end.netns, { ...found, links: [...found.links, have] });
    }
  }
  return { namespaces, settings };
}

describe("planLinks()", () => {
  it("builds a host from nothing", async () => {
    const { install, retire } = planLinks(want, bare);
    await expect(text(install)).toMatchFileSnapshot("testdata/from-nothing.txt");
    expect(retire).toEqual([]);
  });

  it("does nothing when all is there", () => {
    expect(planLinks(want, done())).toEqual({ install: [], retire: [] });
  });

  it("takes everything away, devices before namespaces", async () => {
    const { install, retire } = planLinks(wantLinks({ ...goldenState, networks: [] }), done());
    expect(install).toEqual([]);
    await expect(text(retire)).toMatchFileSnapshot("testdata/to-nothing.txt");
  });

  it("rebuilds a veth whose ends do not belong together, with all that hung on it", async () => {
    const have = done();
    const tenant = have.namespaces.get("nwn-default.web") as NamespaceHave;
    const links = tenant.links.map((link) => (link.name === "w2.1" ? { ...link, peerIndex: 999 } : link));
    const broken = { ...have, namespaces: new Map([...have.namespaces, ["nwn-default.web", { ...tenant, links }]]) };
    await expect(text(planLinks(want, broken).install)).toMatchFileSnapshot("testdata/stranger-peer.txt");
  });

  it("finishes a namespace that an agent began, and does nothing else", () => {
    const have = done();
    const name = "nww-default.shop-web-1";
    const begun = { ...(have.namespaces.get(name) as NamespaceHave), isReady: false };
    const lines = text(planLinks(want, { ...have, namespaces: new Map([...have.namespaces, [name, begun]]) }).install);
    expect(lines).toMatch(
      /^prepare nww-default\.shop-web-1: 0 to .*accept_dad.*\nrest {4}nww-default\.shop-web-1: ip link set dev lo up\n?$/,
    );
  });

  it("makes a namespace anew whose name leads nowhere", () => {
    const have = done();
    const namespaces = new Map<string | null, NamespaceHave | undefined>([
      ...have.namespaces,
      ["nww-default.shop-web-1", undefined],
    ]);
    const lines = text(planLinks(want, { ...have, namespaces }).install).split("\n");
    expect(lines.slice(0, 3)).toEqual([
      "clear   nwn-default.web: ip link del dev w3.1",
      "clear   host: ip netns del nww-default.shop-web-1",
      "name    host: ip netns add nww-default.shop-web-1",
    ]);
  });

  it("names a route of somebody else's as in the way instead of replacing it", () => {
    const add = want.items.find((item) => item.key.startsWith("route null"))?.add;
    expect(add).toBe("route add 2001:db8:100::5/128 via fe80::2:2 dev nwu7 proto 178");
  });
});

describe("parseNamespace()", () => {
  it("sees only what carries our mark", () => {
    const answers = [
      [
        {
          ifname: "nwu7",
          ifindex: 4,
          link_index: 2,
          flags: ["UP"],
          address: "06:00:00:00:00:02",
          mtu: 1430,
          inet6_addr_gen_mode: "none",
          linkinfo: { info_kind: "veth" },
        },
        { ifname: "eth0", flags: [] },
      ],
      [
        { ifname: "eth0", addr_info: [{ family: "inet6", local: "2001:db8::1", prefixlen: 64 }] },
        {
          ifname: "nwu7",
          addr_info: [
            { family: "inet6", local: "fe80::2:1", prefixlen: 64 },
            { family: "inet", local: "10.0.0.1", prefixlen: 8 },
          ],
        },
      ],
      [{ dst: "fe80::9", dev: "eth0", lladdr: "02:00:00:00:00:09" }],
      [
        { type: "unicast", dst: "2001:db8:100::5", gateway: "fe80::2:2", dev: "nwu7", metric: 1024, flags: [] },
        { type: "unicast", dst: "2001:db8:100::6", dev: "nwu7", metric: 10, flags: [] },
      ],
    ];
    const { links, items } = parseNamespace(null, answers.map((answer) => JSON.stringify(answer)).join("\n"), "");
    expect(links.map(({ name, index, peerIndex, up }) => ({ name, index, peerIndex, up }))).toEqual([
      { name: "nwu7", index: 4, peerIndex: 2, up: true },
    ]);
    expect(items.map((item) => item.add)).toEqual([
      "address add fe80::2:1/64 dev nwu7 nodad",
      "route add 2001:db8:100::5/128 via fe80::2:2 dev nwu7 proto 178",
      "route add 2001:db8:100::6/128 dev nwu7 proto 178 metric 10",
    ]);
  });
});
