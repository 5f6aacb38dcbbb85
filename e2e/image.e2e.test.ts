/** A program of one's own, in an image: from `apply` to an answer on the internet, and what is said when it cannot be had. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makePerlImage } from "./perl-image.ts";
import { page, startLab, type LiveLab } from "./live-lab.ts";
import { until } from "./until.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-image-"));
const image = join(directory, "shop-image");
const answered = String.raw`"$ENV{GREETING} from $< in " . (readlink("/proc/self/cwd") // "") . "\n"`;

const manifest = (name: string, more = ""): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
    - name: web
      workload: { image: "${name}", port: 8080 ${more} }
      health: { http: / }
`;

let lab: LiveLab;
const put = (text: string): string => {
  const path = join(directory, "shop.yaml");
  writeFileSync(path, text);
  return path;
};

beforeAll(async () => {
  makePerlImage(directory, image, answered);
  lab = await startLab("image");
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

test("an image beside its manifest runs as what it says, and status shows which", async () => {
  await lab.must("apply", "-f", put(manifest("oci:./shop-image")));
  expect(await page(lab, "internet1")).toBe("image from 1234 in /srv\n");
  const { status } = await lab.read<{ status: Status }>("service/shop");
  expect(status.images).toMatchObject([{ tier: "web", image: `oci:${image}` }]);
  expect(status.images[0]?.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(status.stages.map(({ stage }) => stage)).toContain("pulled");
  expect(await lab.must("describe", "service/shop")).toContain(status.images[0]?.digest);
  const instance = status.instances.find(({ tier }) => tier === "web");
  expect(await lab.must("exec", `${instance?.id}`, "--", "/usr/bin/perl", "-e", 'print "$<"')).toBe("1234");
});

test("another name is looked up anew, and the instance is replaced", async () => {
  const before = await lab.read<{ status: Status }>("service/shop");
  execFileSync("umoci", ["config", "--image", `${image}:1`, "--config.env=GREETING=moved"]);
  execFileSync("umoci", ["tag", "--image", `${image}:1`, "2"]);
  await lab.must("apply", "-f", put(manifest("oci:./shop-image:1", ", env: [{ name: GREETING, value: manifest }]")));
  expect(await page(lab, "internet1")).toMatch(/^manifest from 1234/);
  const after = await lab.read<{ status: Status }>("service/shop");
  expect(after.status.images[0]?.digest).not.toBe(before.status.images[0]?.digest);
});

interface Status {
  readonly images: readonly { readonly tier: string; readonly image: string; readonly digest: string }[];
  readonly stages: readonly { readonly stage: string }[];
  readonly instances: readonly { readonly id: string; readonly tier: string; readonly message: string }[];
  readonly conditions: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
}

test("one that cannot be had is told with code and hint, while what runs goes on", async () => {
  const { code } = await lab.netwright("apply", "-f", put(manifest("registry.invalid/shop:1")), "--timeout", "4s");
  expect(code).toBe(6);
  const pulled = await until(
    "Pulled tells why",
    async () => {
      const { status } = await lab.read<{ status: Status }>("service/shop");
      return status.conditions.find(({ type }) => type === "Pulled");
    },
    (condition) => condition?.reason === "RegistryUnreachable",
  );
  expect(pulled?.message).toMatch(/registry\.invalid\/shop:1: NW1608: the registry cannot be reached.*hint: /);
  expect(await lab.must("events")).toContain("NotPulled");
  expect(await page(lab, "internet1")).toMatch(/^manifest from 1234/);
  await lab.must("apply", "-f", put(manifest("oci:./shop-image:2")));
  expect(await page(lab, "internet1")).toBe("moved from 1234 in /srv\n");
});
