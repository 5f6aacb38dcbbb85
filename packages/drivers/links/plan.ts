/** The difference as commands, in steps whose batches do not depend on each other. Pure. */
import type { Plan } from "@netwright/contract";
import { endKey, type Item, type LinkEnd, type LinkWant, type Netns } from "./link.ts";
import { nodeSettings, type LinksHave } from "./observe.ts";
import type { LinkHave } from "./parse.ts";
import { renderCreate, renderSettings } from "./render.ts";
import { sound, wrongLinks } from "./sound-links.ts";
import type { LinksWant } from "./want.ts";

/** In this order; all batches of one step run side by side. */
export const steps = ["clear", "name", "prepare", "node", "tenant", "rest", "detach", "unlink", "unname"] as const;
export type Step = (typeof steps)[number];

export interface LinkChange {
  readonly step: Step;
  readonly netns: Netns;
  /** `zero` and `one` write that to files under /proc/sys, named in `line`. */
  readonly tool: "ip" | "bridge" | "zero" | "one";
  readonly line: string;
}

export function planLinks(want: LinksWant, have: LinksHave): Plan<LinkChange> {
  const links = new Map(
    [...have.namespaces.values()].flatMap((found) => found?.links ?? []).map((link) => [endKey(link), link]),
  );
  const wrong = want.links.filter((link) => !sound(link, links));
  const cleared = wrongLinks(wrong, links);
  const gone = new Set([...wrong.flatMap(endsOf), ...cleared].map(endKey));
  const kept = [...have.namespaces.values()]
    .flatMap((found) => found?.items ?? [])
    .filter(({ netns, device }) => device === undefined || !gone.has(endKey({ netns, name: device })));
  const install = [
    ...cleared.map(({ netns, name }) => ip("clear", netns, `link del dev ${name}`)),
    ...namespaceChanges(want, have),
    ...settingChanges(have),
    ...linkChanges(want.links, wrong, links),
    ...itemChanges(want.items, kept),
  ];
  return { install, retire: retire(want, have, links, kept) };
}

const ip = (step: Step, netns: Netns, line: string): LinkChange => ({ step, netns, tool: "ip", line });

const endsOf = (link: LinkWant): readonly LinkEnd[] => (link.kind === "Vxlan" ? [link] : link.ends);

/** A new namespace does not forward: that is for the firewall to open, once its rules are there. */
const quietSettings = [
  "/proc/sys/net/ipv6/conf/all/forwarding",
  "/proc/sys/net/ipv6/conf/all/accept_dad",
  "/proc/sys/net/ipv6/conf/default/accept_dad",
  "/proc/sys/net/ipv6/conf/all/accept_ra",
  "/proc/sys/net/ipv6/conf/default/accept_ra",
].join(" ");

function namespaceChanges(want: LinksWant, { namespaces }: LinksHave): readonly LinkChange[] {
  const missing = want.namespaces.filter((name) => namespaces.get(name) === undefined);
  // The name of a namespace that is gone is still in the way.
  const empty = missing.filter((name) => namespaces.has(name));
  // An agent may end between any two of these steps.
  const unready = want.namespaces.filter((name) => namespaces.get(name)?.isReady !== true);
  return [
    ...empty.map((name) => ip("clear", null, `netns del ${name}`)),
    ...missing.map((name) => ip("name", null, `netns add ${name}`)),
    ...unready.map((name): LinkChange => ({ step: "prepare", netns: name, tool: "zero", line: quietSettings })),
    ...unready.map((name) => ip(stepOf(name), name, "link set dev lo up")),
  ];
}

function settingChanges({ settings }: LinksHave): readonly LinkChange[] {
  const off = nodeSettings.filter((path) => settings.get(path) !== "1");
  return off.length === 0 ? [] : [{ step: "prepare", netns: null, tool: "one", line: off.join(" ") }];
}

const stepOf = (netns: Netns): Step => {
  if (netns === null) return "node";
  return netns.startsWith("nwn-") ? "tenant" : "rest";
};

function linkChanges(
  all: readonly LinkWant[],
  wrong: readonly LinkWant[],
  links: ReadonlyMap<string, LinkHave>,
): readonly LinkChange[] {
  const fresh = new Set(wrong);
  return all.flatMap((link) => {
    const create = renderCreate(link);
    return [
      ...(fresh.has(link) ? [ip(stepOf(create.netns), create.netns, create.line)] : []),
      ...endsOf(link).flatMap((end) =>
        renderSettings(end, fresh.has(link) ? undefined : links.get(endKey(end))).map((line) =>
          ip(stepOf(end.netns), end.netns, line),
        ),
      ),
    ];
  });
}

function itemChanges(want: readonly Item[], have: readonly Item[]): readonly LinkChange[] {
  const found = new Map(have.map((item) => [item.key, item.value]));
  return want
    .filter((item) => found.get(item.key) !== item.value)
    .toSorted((a, b) => a.rank - b.rank)
    .map(({ netns, tool, key, add, replace }) => ({
      step: tool === "bridge" ? "rest" : stepOf(netns),
      netns,
      tool,
      line: found.has(key) ? replace : add,
    }));
}

function retire(
  want: LinksWant,
  { namespaces }: LinksHave,
  links: ReadonlyMap<string, LinkHave>,
  kept: readonly Item[],
): readonly LinkChange[] {
  const names = new Set<Netns>([null, ...want.namespaces]);
  const devices = new Set(want.links.flatMap(endsOf).map(endKey));
  const keys = new Set(want.items.map((item) => item.key));
  const surplus = [...links.values()].filter((link) => !devices.has(endKey(link)));
  // What hangs on a link that goes will go with it; so does a veth's peer with the end that made it.
  const orphans = kept.filter(({ netns, device, key }) => {
    if (keys.has(key) || !names.has(netns)) return false;
    return device === undefined || devices.has(endKey({ netns, name: device }));
  });
  return [
    ...orphans.map(({ netns, tool, remove }): LinkChange => ({ step: "detach", netns, tool, line: remove })),
    ...surplus
      .filter(({ name }) => !/^(eth0|uplink)$/.test(name))
      .map(({ netns, name }) => ip("unlink", netns, `link del dev ${name}`)),
    ...[...namespaces.keys()].filter((name) => !names.has(name)).map((name) => ip("unname", null, `netns del ${name}`)),
  ];
}
