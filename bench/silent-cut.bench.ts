/** A host is cut from the fabric without losing its carrier: how long new requests go on failing, with BFD and without. */
import type { Benchmark, Case } from "../tools/measure/benchmark.ts";
import { startLab, type BenchLab } from "./support/lab.ts";
import { isFailed, startLoad, type Answer } from "./support/load.ts";
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

/** Milliseconds after the cut at which the last request was sent, on a new connection, that failed. */
const lastFailure = (answers: readonly Answer[], since: number): number =>
  Math.max(
    0,
    ...answers
      .filter((answer) => answer.isNew && answer.due >= since && isFailed(answer))
      .map(({ due }) => due - since),
  );

interface Outage {
  readonly lasted: number;
  readonly failed: number;
  readonly sent: number;
}

/** Cuts the host that one of the load balancers is on, and looks for so long. */
async function cutHost(lab: BenchLab, span: number): Promise<Outage> {
  const { items } = await lab.client.list("Instance");
  const balancer = items.find(({ metadata }) => metadata.name.startsWith("shop-lb-"));
  const host = String(balancer?.spec?.["host"]);
  const load = startLoad(lab, 60, 1000);
  await load.first((answer) => !isFailed(answer));
  const links = ["edge1", "edge2"].map((edge) => `${host}:${edge}`);
  // Both at once, or the time between counts too.
  await Promise.all(links.map((link) => lab.netwright("lab", "cut", link)));
  const cut = monotonic();
  await sleep(span);
  await load.stop();
  for (const link of links) await lab.netwright("lab", "heal", link);
  const after = load.answers.filter(({ isNew, due }) => isNew && due >= cut);
  return { lasted: lastFailure(load.answers, cut), failed: after.filter(isFailed).length, sent: after.length };
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
      told(`with BFD, ${quick.failed} of ${quick.sent} new requests failed`, "ms", quick.lasted, {
        of: "median",
        atMost: 1000,
      }),
      told(`without BFD, ${slow.failed} of ${slow.sent} new requests failed`, "ms", slow.lasted),
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
