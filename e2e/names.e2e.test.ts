/** Names as programs see them: inside their network, following what happens to instances, and nowhere else. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { page, startLab, statusOf, type LiveLab } from "./live-lab.ts";
import { until } from "./until.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-names-"));
const server =
  "workload: { image: host, command: [python3, -m, http.server, --bind, '::', --directory, /usr/share/doc, '8080'], port: 8080 }";

const service = (name: string, tier: string, more = "", project = "default"): string => `---
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: ${name}, project: ${project} }
spec:
  network: web
  tiers:
    - name: ${tier}
      ${server}
${more}`;

const shop = service(
  "shop",
  "web",
  `  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  allow: [{ from: { service: jobs, tier: worker }, to: web }]
`,
);
const other = `---
apiVersion: netwright.dev/v1alpha1
kind: Project
metadata: { name: other }
${service("rival", "web", "", "other")}`;

let lab: LiveLab;

const put = (text: string): string => {
  const path = join(directory, "manifest.yaml");
  writeFileSync(path, text);
  return path;
};

/** A command in the worker. */
const inside = (...command: readonly string[]): Promise<string> => lab.must("exec", "jobs-worker-1", "--", ...command);
const dig = (...question: readonly string[]): Promise<string> =>
  inside("dig", "+noall", "+comments", "+answer", "+authority", ...question);
const addresses = async (name: string): Promise<readonly string[]> =>
  (await inside("dig", "+short", name, "AAAA")).trim().split("\n").toSorted();
const ready = async (): Promise<readonly string[]> =>
  (await statusOf(lab, "shop")).instances
    .filter(({ tier, phase }) => tier === "web" && phase === "Ready")
    .map(({ address }) => address)
    .toSorted();

beforeAll(async () => {
  lab = await startLab("names");
  await lab.must("apply", "-f", put(`${shop}${service("jobs", "worker")}${service("db", "primary")}${other}`));
  await page(lab, "internet1");
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

test("a program reaches an allowed tier by its name, by the service's, and by short ones", async () => {
  for (const name of ["web.shop.internal", "shop.internal", "shop"])
    expect(
      await inside("curl", "--silent", "--fail", "--max-time", "60", "--noproxy", "*", `http://${name}:8080/`),
    ).toContain("Directory listing");
  expect(await inside("getent", "ahostsv6", "worker")).toContain("worker.jobs.internal");
});

test("no is said in the right words", async () => {
  expect(await dig("nothing.internal", "AAAA")).toMatch(/NXDOMAIN[^]*SOA/);
  expect(await dig("web.shop.internal", "A")).toMatch(/NOERROR[^]*SOA/);
});

test("names of the world come from the host's own name servers", async () => {
  expect((await inside("dig", "+short", "shop.example.net", "AAAA")).trim()).toBe(
    (await statusOf(lab, "shop")).addresses[0]?.address,
  );
});

test("other projects' names do not exist here, nor these there", async () => {
  expect(await dig("rival.internal", "AAAA")).toContain("NXDOMAIN");
  const there = (name: string) => lab.must("exec", "--project", "other", "rival-web-1", "--", "dig", name, "AAAA");
  expect(await there("shop.internal")).toContain("NXDOMAIN");
  expect(await there("rival.internal")).toContain("NOERROR");
});

test("names follow scaling out and in, and down to none", async () => {
  for (const count of [3, 1, 2]) {
    await lab.must("scale", "service/shop", `web=${count}`);
    const seen = async () => ({ shop: await addresses("shop.internal"), web: await addresses("web.shop.internal") });
    const told = await until(
      `${count} addresses, of those that are ready`,
      async () => ({ ...(await seen()), ready: await ready() }),
      (found) => found.ready.length === count && String(found.web) === String(found.ready),
    );
    expect(told.shop).toEqual(told.ready);
  }
  await lab.must("scale", "service/db", "primary=0");
  await until(
    "no address",
    () => dig("db.internal", "AAAA"),
    (said) => /NOERROR[^]*SOA/.test(said),
  );
  await lab.must("scale", "service/db", "primary=1");
  await until(
    "an address again",
    () => addresses("primary.db.internal"),
    (found) => found.some((each) => each.includes(":")),
  );
});

test("a resolver that was killed comes back", async () => {
  const host = (await statusOf(lab, "jobs")).instances.find(({ tier }) => tier === "worker")?.host ?? "";
  const pids = () => lab.at(host, "pgrep -x unbound");
  const before = await pids();
  await lab.at(host, "kill -9 $(pgrep -x unbound)");
  await until(
    "a resolver",
    async () => (await lab.tryAt(host, "pgrep -x unbound")).stdout,
    (found) => found.trim() !== "" && found !== before,
  );
  await until(
    "names again",
    () => addresses("shop.internal"),
    (found) => found.length === 2,
  );
});

test("a host name that claims the internal domain is refused", async () => {
  const { code, stderr } = await lab.netwright(
    "apply",
    "-f",
    put(service("bad", "web", "  expose: [{ hostname: shop.internal, protocol: HTTPS }]\n")),
  );
  expect(code).not.toBe(0);
  expect(stderr).toMatch(/NW1203.*shop\.internal.*not a public host name/);
});
