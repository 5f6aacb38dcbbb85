/** A host that vanishes takes no new flow, by the routes of the load balancer's own host alone. */
import { milliseconds, parseIpv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clientAddress, converge, Fabric } from "../testing/fabric.ts";
import { defaultListener, hostState, instanceId, vip, vtep, type Instance, type Scene } from "../testing/states.ts";

const near: Instance = { tier: "proxy", number: 1, host: 1 };
const far: Instance = { tier: "proxy", number: 2, host: 2 };
const scene: Scene = { instances: [near, far], policy: [], listeners: [defaultListener([near, far], [1])], hosts: 2 };

/** With an edge that is ours: its routes tell which hosts are there. */
function told(state: HostState): HostState {
  const bfd = { interval: milliseconds(50), multiplier: 3 };
  const edge = { name: "edge1", role: "Edge", asn: 64510, interface: "e1", loopback: null, bfd } as const;
  const link = { localAddress: parseIpv6("fd00::1"), address: parseIpv6("fd00::2") };
  return { ...state, bgp: { ...state.bgp, neighbors: [{ ...edge, ...link }] } };
}

let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start(2);
  await fabric.apply(scene);
  await fabric.announce([1]);
  await Promise.all([near, far].map((instance) => fabric.serve(instance, [8443])));
});
afterAll(() => fabric[Symbol.asyncDispose]());

const ask = { protocol: "tcp", address: vip, port: 443, timeout: 10_000 } as const;
async function answering(): Promise<ReadonlySet<string>> {
  expect(await converge(fabric.host(1), told(hostState(scene, 1)))).toEqual([]);
  return new Set(await fabric.askFromClient(Array.from({ length: 40 }, () => ask)));
}
const answerOf = (instance: Instance): string => `${instanceId(instance)} ${clientAddress}`;

it("new flows go where there is a way to, and everywhere again when it is back", async () => {
  const host = fabric.host(1);
  const gateway = /via (\S+)/.exec(await host.sh("ip -6 route show default"))?.[1];
  const far128 = `${vtep(2)}/128`;
  await host.sh(`ip -6 route add ${far128} via ${gateway} proto bird`);
  expect(await answering()).toEqual(new Set([near, far].map(answerOf)));
  await host.sh(`ip -6 route del ${far128}`);
  expect(await answering()).toEqual(new Set([answerOf(near)]));
  await host.sh(`ip -6 route add ${far128} via ${gateway} proto bird`);
  expect(await answering()).toEqual(new Set([near, far].map(answerOf)));
});
