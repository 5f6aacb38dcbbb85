/** Real hosts, changed in one thing at a time: each is found, and named, and nothing is found where nothing was changed. */
import {
  anyDriver,
  type BalancerReadback,
  type HostState,
  type KernelReadback,
  type NamespaceReadback,
} from "@netwright/contract";
import { readKernel } from "@netwright/agent/readback/read-kernel.ts";
import { readNamespace } from "@netwright/agent/readback/read-namespace.ts";
import { wantFirewall } from "@netwright/drivers/firewall-nftables/want.ts";
import { loadBalancerEbpf } from "@netwright/drivers/load-balancer-ebpf/index.ts";
import { loadBalancerNftables } from "@netwright/drivers/load-balancer-nftables/index.ts";
import { wantBalancers } from "@netwright/drivers/load-balancer-nftables/want.ts";
import { renderTable } from "@netwright/drivers/nftables/render.ts";
import { converge, Fabric } from "@netwright/drivers/testing/fabric.ts";
import type { TestNode } from "@netwright/drivers/testing/node.ts";
import { goldenScene } from "@netwright/drivers/testing/scene.ts";
import { hostState, vtep } from "@netwright/drivers/testing/states.ts";
import { messageOf } from "@netwright/base";
import { expect, test } from "vitest";
import { compareKernel, type LiveOptions } from "./compare-kernel.ts";
import type { KernelDifference } from "./difference.ts";
import { balancerMutations } from "./testing/balancer-mutations.ts";
import type { Mutation } from "./testing/mutation.ts";
import { elementMutations, reload, ruleMutations, type LoadedTable } from "./testing/rule-mutations.ts";
import { wayMutations } from "./testing/way-mutations.ts";

async function read(node: TestNode, state: HostState): Promise<KernelReadback> {
  const namespaces: NamespaceReadback[] = [];
  let balancer: BalancerReadback | null = null;
  for await (const part of readKernel({
    system: node.system,
    state,
    revision: 1,
    signal: new AbortController().signal,
  }))
    if ("namespace" in part) namespaces.push(part.namespace);
    else if ("balancer" in part) balancer = part.balancer;
  return { node: state.node, revision: 1, namespaces, balancer };
}

/** All as before but the namespace in which something was changed: the others cost most of the time, and are not looked at. */
async function readAgain(node: TestNode, before: KernelReadback, netns: string | null): Promise<KernelReadback> {
  const fresh = await readNamespace(node.system, netns, new AbortController().signal);
  return { ...before, namespaces: before.namespaces.map((each) => (each.netns === netns ? fresh : each)) };
}

const told = (all: readonly KernelDifference[]): string => JSON.stringify(all);

/** What was not found, or not named; empty where all of them were. @param look after each of them */
async function missed(
  state: HostState,
  mutations: readonly Mutation[],
  look: (netns: string | null) => Promise<KernelReadback>,
  options: LiveOptions = {},
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { name, netns, kinds, says, make, undo } of mutations) {
    try {
      await make();
    } catch (error) {
      faults.push(`${name} cannot be made: ${messageOf(error)}`);
    }
    const back = await look(netns);
    await undo();
    const { differences, proofs } = compareKernel(back, state, options);
    const own = differences.filter((each) => each.netns === netns && kinds.includes(each.kind));
    if (own.length === 0) faults.push(`${name}: ${told(differences)}`);
    else if (!told(own).includes(says)) faults.push(`${name} does not say ${says}: ${told(own)}`);
    const sure = own.some(({ isSure, packet }) => isSure && packet !== null);
    if (sure && !proofs.some(({ verdict }) => verdict === "Refuted")) faults.push(`${name}: no proof is refuted`);
  }
  return faults;
}

async function loadedTables(node: TestNode, state: HostState): Promise<readonly LoadedTable[]> {
  const wanted = [...wantFirewall(state), ...(state.loadBalancer === "nftables" ? wantBalancers(state) : [])];
  const loaded = wanted.map(({ netns, table }) => ({
    netns,
    family: table.family,
    text: renderTable(table),
    printed: "",
  }));
  // Loaded anew in the same words, rules get the same handles each time.
  for (const table of loaded) await reload(node, table);
  const { namespaces } = await read(node, state);
  return loaded
    .map((table) => ({
      ...table,
      printed: namespaces.find(({ netns }) => netns === table.netns)?.ruleset ?? "",
    }))
    .map((table) => ({ ...table, printed: tableIn(table.printed, table.family) }));
}

const tableIn = (ruleset: string, family: string): string =>
  new RegExp(`^table ${family} netwright [^]*?^\\}`, "m").exec(ruleset)?.[0] ?? "";

async function start(
  balancer: "ebpf" | "nftables",
): Promise<{ readonly fabric: Fabric; readonly state: HostState; readonly repair: () => Promise<unknown> }> {
  const driver = balancer === "ebpf" ? anyDriver(loadBalancerEbpf) : anyDriver(loadBalancerNftables);
  const fabric = await Fabric.start(2, driver);
  // Without a route of its own a host counts as gone.
  await fabric.host(1).sh(`ip route add ${vtep(2)}/128 via fd00:0:0:2::2`);
  await fabric.apply(goldenScene);
  const state: HostState = { ...hostState(goldenScene, 1), loadBalancer: balancer };
  return { fabric, state, repair: () => converge(fabric.host(1), state, driver) };
}

test("rules, elements, slots, routes, neighbours, forwarding entries, devices: each change is found and named", async () => {
  const { fabric, state, repair } = await start("nftables");
  await using _ = fabric;
  const node = fabric.host(1);
  const tables = await loadedTables(node, state);
  const options: LiveOptions = { rendered: tables };
  const before = await read(node, state);
  expect(compareKernel(before, state, options).differences).toEqual([]);
  const mutations = [
    ...tables.flatMap((table) => [...ruleMutations(node, table), ...elementMutations(node, table)]),
    ...wayMutations(node, state, repair),
  ];
  expect(mutations.length).toBeGreaterThan(200);
  const known = new Set(before.namespaces.map(({ netns }) => netns));
  const look = (netns: string | null) => (known.has(netns) ? readAgain(node, before, netns) : read(node, state));
  expect(await missed(state, mutations, look, options)).toEqual([]);
  expect(compareKernel(await read(node, state), state, options).differences).toEqual([]);
}, 240_000);

test("maps and programs of the load balancer in the kernel: each change is found and named", async () => {
  const { fabric, state, repair } = await start("ebpf");
  await using _ = fabric;
  const node = fabric.host(1);
  const before = await read(node, state);
  expect(compareKernel(before, state).differences).toEqual([]);
  const look = () => read(node, state);
  expect(await missed(state, balancerMutations(node, state, before, repair), look)).toEqual([]);
  expect(compareKernel(await read(node, state), state).differences).toEqual([]);
}, 120_000);
