/** Rollouts that pause, that go back by themselves, and a host that is drained, while requests come: none fails. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { birds, page, shop, startLab, type LiveLab } from "./live-lab.ts";
import { startLoad, type Load } from "./load.ts";
import { makePerlImage } from "./perl-image.ts";
import { unexplained } from "./undisturbed.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-steered-"));
const answer = String.raw`"This is $ENV{HOSTNAME}, $ENV{MODE}\n"`;
/** The version that fails is well but for orders: its health check does not see it, and nor does the load at the front page. */
const statusLine = String.raw`$ENV{MODE} eq "failing" && $asked =~ m{/orders} ? "500 No" : "200 OK"`;

/** @param more of the workload */
const manifest = (mode: string, rollout: string, more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
    - { name: proxy, replicas: 2 }
    - name: web
      workload: { image: "oci:./image:1", port: 8080, env: [{ name: MODE, value: ${mode} }]${more} }
      health: { http: / }
      replicas: 2
      rollout: { maxSurge: 1, progressDeadline: 1m, ${rollout} }
`;
const put = (text: string): string => {
  writeFileSync(join(directory, "shop.yaml"), text);
  return join(directory, "shop.yaml");
};

let lab: LiveLab;
let load: Load;

beforeAll(async () => {
  makePerlImage(directory, join(directory, "image"), answer, statusLine);
  lab = await startLab("steered");
  await lab.must("apply", "-f", put(manifest("first", "minReady: 1s, pauseAfterFirst: true")));
  expect(await page(lab, "internet1")).toContain("first");
  load = await startLoad(lab, "internet1", 30);
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

interface Tier {
  readonly phase: string;
  readonly asked: number;
  readonly runs: number;
  readonly reason?: string;
}
const tier = async (): Promise<Tier | undefined> =>
  (await lab.json<readonly Tier[]>("rollout", "status", "service/shop/web"))[0];

test("apply ends after the first new instance, and says how to go on", async () => {
  const { code, stdout, stderr } = await lab.netwright(
    "apply",
    "-f",
    put(manifest("second", "minReady: 1s, pauseAfterFirst: true")),
  );
  expect(code, stdout + stderr).toBe(0);
  expect(stderr).toContain("go on: netwright rollout resume service/shop/web");
  expect(await tier()).toMatchObject({ phase: "Paused", asked: 2 });
  await load.passes(20);
  await lab.must("rollout", "resume", "service/shop/web");
  await lab.must("rollout", "status", "service/shop", "--wait");
  expect(await tier()).toMatchObject({ phase: "Complete", asked: 2 });
  expect(await page(lab, "internet1")).toContain("second");
});

test("a broken image goes back by itself, and the reason stays", async () => {
  const broken = manifest("broken", "minReady: 1s, autoRollback: true", ", command: [perl, -e, die]").replace(
    "1m",
    "8s",
  );
  const { code, stderr } = await lab.netwright("apply", "-f", put(broken));
  expect(code).not.toBe(0);
  expect(stderr).toContain("error NW1407");
  const waited = await lab.netwright("rollout", "status", "service/shop/web", "--wait");
  expect(waited.code).not.toBe(0);
  expect(await tier()).toMatchObject({ phase: "RolledBack", asked: 3, runs: 2, reason: expect.any(String) });
  expect(await lab.must("events")).toMatch(/Warning +service\/shop +RolloutRollingBack/);
  expect(await lab.must("rollout", "history", "service/shop/web")).toMatch(/web +3 .*Failed/);
  expect(await lab.must("describe", "service/shop")).toContain("netwright rollout undo service/shop/web");
  await lab.must("rollout", "undo", "service/shop/web");
  expect(await tier()).toMatchObject({ phase: "Complete", asked: 4 });
  expect(await page(lab, "internet1")).toContain("second");
  await load.passes(20);
});

test("a version that answers 500 goes back by itself, though every check is content with it", async () => {
  const orders = await startLoad(lab, "internet2", 30, `${shop}orders`);
  // Long enough that the new instance has been asked often before it counts.
  const { code: status, stderr } = await lab.netwright("apply", "-f", put(manifest("failing", "minReady: 6s")));
  expect(status).not.toBe(0);
  expect(stderr).toContain("error NW1407");
  await lab.netwright("rollout", "status", "service/shop/web", "--wait");
  const reason = expect.stringMatching(/^\d+ of \d+ requests to new instances failed, and 5% may/);
  expect(await tier()).toMatchObject({ phase: "RolledBack", asked: 5, runs: 4, reason });
  await orders.passes(20);
  const { failures } = await orders.stop();
  expect(new Set(failures.map(({ error }) => error))).toEqual(new Set(["status 500"]));
  await lab.must("rollout", "undo", "service/shop/web");
  expect(await tier()).toMatchObject({ phase: "Complete", asked: 6 });
});

interface Placed {
  readonly spec: { readonly tier: string; readonly host: string };
}

test("a host with a proxy and a web server is drained and comes back", async () => {
  const { items } = await lab.read<{ items: readonly Placed[] }>("instances");
  const hostsOf = (tiers: readonly string[]): readonly string[] =>
    items.flatMap(({ spec }) => (tiers.includes(spec.tier) ? [spec.host] : []));
  const balancers = hostsOf(["lb"]);
  const host = hostsOf(["proxy"]).find((each) => !balancers.includes(each)) ?? "none";
  expect(await lab.must("drain", `host/${host}`)).toContain(`host/${host} is empty`);
  await load.passes(20);
  expect(await lab.must("undrain", `host/${host}`)).toContain("takes instances");
});

test("no request failed, on new connections and on kept ones", async () => {
  const { failures, ended, answeredBy } = await load.stop();
  process.stdout.write(
    `${failures.length} of ${ended} failed, answered by ${Object.keys(answeredBy).length} instances\n`,
  );
  expect(await unexplained(lab, birds, failures)).toEqual([]);
});
