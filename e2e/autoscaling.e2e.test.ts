/** A service that is busy grows, and only its bottleneck does; when nobody comes any more it shrinks. No request fails. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { birds, shop, startLab, statusOf, type LiveLab } from "./live-lab.ts";
import { startLoad } from "./load.ts";
import { scratchDirectory } from "./product.ts";
import { unexplained } from "./undisturbed.ts";
import { until } from "./until.ts";

/** Every request costs 8 ms of CPU. A low target, so that a busy machine has all it needs while the tier grows. */
const program = `
import http from "node:http";
import { hostname } from "node:os";
const server = http.createServer((request, response) => {
  if (request.url === "/healthz") return response.end("ok");
  const end = process.cpuUsage().user + 8_000;
  while (process.cpuUsage().user < end);
  response.end("This is " + hostname() + ", busy\\n");
});
server.listen(8080, "::");
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;

const manifest = `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
    - { name: proxy, autoscale: { max: 3 } }
    - name: web
      workload:
        image: host
        command: [node, /srv/busy.mjs]
        files: [{ path: /srv/busy.mjs, source: busy.mjs }]
        port: 8080
        resources: { cpu: 500m }
      health: { http: /healthz, interval: 2s, timeout: 2s }
      autoscale:
        max: 3
        metrics: [{ metric: cpu, target: 6% }]
        warmUp: 1s
        behavior: { scaleDown: { stabilizationWindow: 5s, policies: [{ type: Instances, value: 1, period: 1s }] } }
`;

let lab: LiveLab;
const directory = scratchDirectory();
const file = join(directory, "shop.yaml");

beforeAll(async () => {
  lab = await startLab("autoscaling");
  writeFileSync(join(directory, "busy.mjs"), program);
  writeFileSync(file, manifest);
});
afterAll(() => lab.down());

const ready = async (): Promise<Readonly<Record<string, number>>> => {
  const { instances } = await statusOf(lab, "shop");
  const tiers = instances.filter(({ phase }) => phase === "Ready").map(({ tier }) => tier);
  return Object.fromEntries([...new Set(tiers)].map((tier) => [tier, tiers.filter((each) => each === tier).length]));
};

test("the busy tier grows under load, says why, and shrinks afterwards; no request fails", async () => {
  expect((await lab.netwright("apply", "-f", file)).code).toBe(0);
  const load = await startLoad(lab, "internet1", 8, shop);
  await until("web has grown", ready, ({ web = 0 }) => web >= 2);
  await load.passes(40);
  const { failures, answeredBy } = await load.stop();
  expect(await unexplained(lab, birds, failures)).toEqual([]);
  expect(Object.keys(answeredBy).length).toBeGreaterThan(1);
  // A proxy costs hardly anything for so few requests.
  expect((await ready())["proxy"]).toBe(1);
  const described = await lab.netwright("describe", "service/shop");
  expect(described.stdout).toMatch(/ScaledUp: web 1 -> \d: /);
  expect(described.stdout).toMatch(/^ +TIER +DESIRED +CURRENT +MIN +MAX +.*SINCE +WHY\n +proxy +1 +1 +1 +3 /m);
  const explained = await lab.netwright("autoscale", "explain", "service/shop");
  expect(explained.stdout).toMatch(/^web +Recommend +.*CPU/m);
  await until("web shrinks", ready, ({ web = 0 }) => web < 3);
});
