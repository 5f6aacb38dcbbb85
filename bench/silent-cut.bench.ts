/** A host is cut from the fabric without losing its carrier: how long new requests go on failing, with BFD and without. */
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { startLab, type BenchLab } from "./support/lab.ts";
import { isFailed, startLoad } from "./support/load.ts";
import { outageOf, type Outage } from "./support/outages.ts";
import { monotonic, sleep, until } from "./support/shell.ts";
import { told } from "./support/told.ts";
import { applyShop } from "./support/wide-shop.ts";

/** The agent knows its configuration by a digest in it, so BIRD may run another one for a while. */
const withoutBfd = `cd /run/netwright/bird && sed "s/^ *bfd .*;$//; s/^ *bfd {.*};$//" bird.conf >without-bfd && birdc -s bird.ctl configure '"/run/netwright/bird/without-bfd"' && birdc -s bird.ctl show bfd sessions`;

async function disableBfd(lab: BenchLab): Promise<void> {
  const speakers = lab.record.topology.nodes.filter(({ role }) => role === "Host" || role === "Edge");
  await until(
    "no BFD session is left",
    async () => {
      const shown = await Promise.all(speakers.map(({ name }) => lab.runAt(name, "sh", "-c", withoutBfd)));
      return shown.every((text) => !/ Up /.test(text));
    },
    30_000,
    500,
  );
}

/** Cuts the host that one of the load balancers is on, and looks for so long. */
async function cutHost(lab: BenchLab, span: number): Promise<Outage> {
  const { items } = await lab.client.list("Instance");
  const balancer = items.find(({ metadata }) => metadata.name.startsWith("shop-lb-"));
  const host = String(balancer?.spec?.["host"]);
  const load = startLoad(lab, { rate: 60, timeout: 1000 });
  await load.first((answer) => !isFailed(answer));
  const links = ["edge1", "edge2"].map((edge) => `${host}:${edge}`);
  // Both at once, or the time between counts too. When it happens is seen in what fails: the command ends later.
  const begun = monotonic();
  await Promise.all(links.map((link) => lab.netwright("lab", "cut", link)));
  await sleep(span);
  await load.stop();
  for (const link of links) await lab.netwright("lab", "heal", link);
  return outageOf(load.answers, begun);
}

async function outages(): Promise<readonly Case[]> {
  const lab = await startLab("bench-cut");
  try {
    await applyShop(lab, 1);
    const quick = await cutHost(lab, 15_000);
    await applyShop(lab, 1);
    await sleep(3000);
    await disableBfd(lab);
    const slow = await cutHost(lab, 25_000);
    return [
      told(`with BFD, ${quick.failed} of ${quick.sent} new requests failed`, "ms", quick.between, {
        of: "median",
        atMost: 1000,
      }),
      told(`without BFD, ${slow.failed} of ${slow.sent} new requests failed`, "ms", slow.between),
    ];
  } finally {
    await lab.down();
  }
}

export const benchmark: Benchmark = {
  name: "silent-cut",
  bar: "a host of tiers of two is cut silently: no new request fails that is sent more than 1 s after the cut",
  cases: outages,
};
