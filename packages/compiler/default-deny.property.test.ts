import * as fc from "fast-check";
import type { Ipv6 } from "@netwright/base";
import type { HostState } from "@netwright/contract";
import { buildFabric, flowsOf, send, type Fabric, type Packet } from "@netwright/model";
import { expect, test } from "vitest";
import { compile } from "./compile.ts";
import { steps, walk } from "./testing/random-steps.ts";

/** Every packet that could matter: each instance and the internet to each instance and public address, at each port. */
function* packets(states: readonly HostState[]): Generator<Packet> {
  const networks = states.flatMap((state) => state.networks);
  const workloads = networks.flatMap(({ project, workloads: list }) =>
    list.map(({ id, address }) => ({ project, instance: id, address })),
  );
  const vips = networks.flatMap(({ loadBalancers }) => loadBalancers.map(({ vip }) => vip));
  for (const destination of new Set<Ipv6>([...workloads.map(({ address }) => address), ...vips])) {
    for (const destinationPort of [80, 443, 8080, 8081]) {
      for (const protocol of ["tcp", "udp"] as const) {
        const packet = { destination, destinationPort, protocol, sourcePort: 50_123 };
        yield { ...packet, from: "internet", source: "2001:db8:f::9" as Ipv6 };
        for (const { project, instance, address } of workloads)
          yield { ...packet, from: { project, instance }, source: address };
      }
    }
  }
}

function tierOf(fabric: Fabric, project: string, instance: string): string {
  const workload = fabric.instances.get(`${project}/${instance}`)?.workload;
  return `${project}/${workload?.service}/${workload?.tier}`;
}

test("default deny: what arrives is a flow, and each flow's example arrives", () => {
  let arrived = 0;
  fc.assert(
    fc.property(steps, (history) => {
      let states: readonly HostState[] = [];
      walk([...history, { kind: "AllReady" }], (situation) => (states = [...compile(situation).states.values()]));
      const fabric = buildFabric(states);
      const flows = flowsOf(fabric);
      const known = new Set(
        flows.map(
          ({ project, from, to, protocol, port }) =>
            `${from === null ? "outside" : `${project}/${from.service}/${from.tier}`} > ${project}/${to.service}/${to.tier} ${protocol} ${port}`,
        ),
      );
      for (const { example } of flows) expect(send(fabric, example).verdict).toBe("Delivered");
      for (const packet of packets(states)) {
        const { deliveredTo } = send(fabric, packet);
        if (deliveredTo === undefined) continue;
        arrived++;
        const from = packet.from === "internet" ? "outside" : tierOf(fabric, packet.from.project, packet.from.instance);
        expect(known).toContain(
          `${from} > ${tierOf(fabric, deliveredTo.project, deliveredTo.instance)} ${packet.protocol} ${deliveredTo.port}`,
        );
      }
    }),
    { numRuns: 100 },
  );
  expect(arrived).toBeGreaterThan(20);
});
