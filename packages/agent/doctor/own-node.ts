/** What a node's object says of this machine, beside what the machine has. Pure. */
import { vxlanOverhead } from "@netwright/contract";
import { good, note, orGood, problem, type Finding } from "./finding.ts";
import type { Interface } from "./interfaces.ts";
import type { SiteLink, SiteNode } from "./site.ts";

/** What tenant networks need so that workloads have the MTU that the internet has. */
const comfortable = 1500 + vxlanOverhead;

export function compareNode(node: SiteNode, interfaces: readonly Interface[]): readonly Finding[] {
  const subject = `${node.role.toLowerCase()}/${node.name}`;
  const vtep = node.vtep === null ? [] : missingVtep(node.vtep, subject, interfaces);
  const addresses = [...vtep, ...node.links.flatMap((link) => missingLink(link, subject, interfaces))];
  return [
    ...orGood(addresses, subject, "its devices and addresses are on this machine"),
    ...mtuFindings(node, interfaces),
  ];
}

function missingVtep(vtep: string, subject: string, interfaces: readonly Interface[]): readonly Finding[] {
  const holder = holderOf(vtep, interfaces);
  if (holder === "lo") return [];
  if (holder !== undefined) {
    const meaning = "tunnels stop when that device goes down, although others lead here";
    return [note("NW1903", subject, `its tunnel end point ${vtep} is on ${holder}`, { meaning, hint: onLo(vtep) })];
  }
  const meaning = "no packet of a tenant network reaches this host";
  return [
    problem("NW1903", subject, `its tunnel end point ${vtep} is not on this machine`, { meaning, hint: onLo(vtep) }),
  ];
}

const onLo = (vtep: string): string => `ip -6 address add ${vtep}/128 dev lo`;

function missingLink(link: SiteLink, subject: string, interfaces: readonly Interface[]): readonly Finding[] {
  const { interface: name, localAddress, peer } = link;
  const holder = holderOf(localAddress, interfaces);
  const device = interfaces.find((each) => each.name === (name ?? holder));
  const meaning = `there is no BGP session with ${peer}`;
  if (name !== null && device === undefined)
    return [
      problem("NW1903", subject, `there is no device ${name}`, { meaning, hint: "correct spec.uplinks or spec.links" }),
    ];
  const isDown = device !== undefined && !device.isUp;
  const down = isDown ? [problem("NW1903", subject, `${device.name} is down`, { meaning })] : [];
  if (holder === undefined || (name !== null && holder !== name)) {
    const where = holder === undefined ? "is not on this machine" : `is on ${holder}, not on ${name}`;
    const hint = `ip -6 address add ${localAddress}/127 dev ${name ?? "DEVICE"}`;
    return [
      ...down,
      problem("NW1903", subject, `${localAddress}, its address towards ${peer}, ${where}`, { meaning, hint }),
    ];
  }
  return down;
}

const holderOf = (address: string, interfaces: readonly Interface[]): string | undefined =>
  interfaces.find(({ addresses }) => addresses.some((each) => each.address === address))?.name;

function mtuFindings(node: SiteNode, interfaces: readonly Interface[]): readonly Finding[] {
  const { mtu: wanted } = node;
  const devices = devicesOf(node, interfaces);
  if (devices.length === 0 || wanted === null) return [];
  const narrow = devices.filter(({ mtu }) => mtu < wanted).map((device) => tooNarrow(device, node.name, wanted));
  if (narrow.length > 0) return narrow;
  const smallest = Math.min(...devices.map(({ mtu }) => mtu));
  const tenants = `tenant networks have ${wanted - vxlanOverhead}`;
  if (wanted >= comfortable) return [good("MTU", `uplinks carry ${smallest}; ${tenants}`)];
  const hint = `set the uplinks of all hosts to ${comfortable} or more, then spec.mtu`;
  const meaning = "workloads send smaller packets than the internet would carry";
  return [note("NW1904", "MTU", `uplinks carry ${smallest}, spec.mtu is ${wanted}; ${tenants}`, { meaning, hint })];
}

/** Devices that lead to the node's neighbours. */
export const devicesOf = ({ links }: SiteNode, interfaces: readonly Interface[]): readonly Interface[] => {
  const names = new Set(links.map((link) => link.interface ?? holderOf(link.localAddress, interfaces)));
  return interfaces.filter(({ name }) => names.has(name));
};

const tooNarrow = ({ name, mtu }: Interface, node: string, wanted: number): Finding =>
  problem("NW1904", name, `its MTU is ${mtu}; spec.mtu of host/${node} is ${wanted}`, {
    meaning: "small packets pass and large ones are lost: connections open and then hang",
    hint: `ip link set ${name} mtu ${wanted}, on the router's side too; or lower spec.mtu`,
  });
