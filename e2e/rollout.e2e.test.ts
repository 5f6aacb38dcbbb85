/**
 * What a tier of two runs is changed while requests come: variables, image and secret; and another tier comes between and goes.
 * None fails, and it is told how.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { birds, fetchOnce, page, shop, startLab, type LiveLab } from "./live-lab.ts";
import { startLoad, type Load } from "./load.ts";
import { makePerlImage, umoci } from "./perl-image.ts";
import { unexplained } from "./undisturbed.ts";

const directory = mkdtempSync(join(tmpdir(), "netwright-rollout-"));
const image = join(directory, "image");
const answer = String.raw`"This is $ENV{HOSTNAME}, $ENV{GREETING} $ENV{MODE} " . length($ENV{PASSWORD} // "") . "\n"`;

const manifest = (mode: string, tag = "1"): string => `
apiVersion: netwright.dev/v1alpha1
kind: Service
metadata: { name: shop }
spec:
  network: web
  expose: [{ hostname: shop.example.net, protocol: HTTPS }]
  tiers:
    - name: web
      workload:
        image: oci:./image:${tag}
        port: 8080
        env: [{ name: MODE, value: ${mode} }, { name: PASSWORD, secret: { name: db, key: password } }]
      health: { http: / }
      replicas: 2
`;
const put = (name: string, text: string): string => {
  writeFileSync(join(directory, name), text);
  return join(directory, name);
};

let lab: LiveLab;
let load: Load;

beforeAll(async () => {
  makePerlImage(directory, image, answer);
  umoci("config", "--image", `${image}:1`, "--tag", "2", "--config.env=GREETING=second");
  lab = await startLab("rollout");
  put("password", "one");
  await lab.must("secret", "create", "db", "--from-file", `password=${join(directory, "password")}`);
  await lab.must("apply", "-f", put("shop.yaml", manifest("plain")));
  expect(await page(lab, "internet1")).toContain("image plain 3");
  load = await startLoad(lab, "internet1", 30);
});
afterAll(async () => {
  await lab.down();
  rmSync(directory, { recursive: true });
});

/** What is told of an instance that another came for. */
const told = (old: number): RegExp =>
  new RegExp(
    String.raw`replaced +shop-web-${old} by shop-web-${old + 2} on host\d: ready in [\d.]+ m?s, drained in [\d.]+ m?s`,
  );

interface Step {
  readonly what: string;
  readonly change: () => readonly string[];
  readonly answers: string;
}

test.each([
  {
    what: "a variable",
    change: () => ["apply", "-f", put("shop.yaml", manifest("changed"))],
    answers: "image changed 3",
  },
  {
    what: "its image",
    change: () => ["apply", "-f", put("shop.yaml", manifest("changed", "2"))],
    answers: "second changed 3",
  },
  {
    what: "a secret",
    change: () => ["secret", "set", "db", "--from-file", `password=${put("password", "three")}`],
    answers: "second changed 5",
  },
  { what: "the secret, taken back", change: () => ["undo"], answers: "second changed 3" },
] satisfies Step[])("$what changes, pair by pair, before the command ends", async ({ change, answers }) => {
  const { steps } = await lastRollout();
  const { code, stdout, stderr } = await lab.netwright(...change());
  expect(code, stdout + stderr).toBe(0);
  const before = steps.length === 0 ? [1, 2] : steps.map(({ fresh }) => Number(fresh.split("-").at(-1)));
  for (const old of before) expect(stderr).toMatch(told(old));
  expect(await page(lab, "internet1")).toContain(answers);
  await load.passes(10);
});

interface Rollout {
  readonly took: number | null;
  readonly steps: readonly { readonly fresh: string; readonly connections: number | null }[];
}

async function lastRollout(): Promise<Rollout> {
  const { status } = await lab.read<{ status: { rollout?: Rollout } }>("service/shop");
  return status.rollout ?? { took: null, steps: [] };
}

const between = `
import { Agent, createServer, request } from "node:http";
const agent = new Agent({ keepAlive: true });
const server = createServer((asked, response) => {
  const onward = request({ host: "web.shop.internal", port: 8080, path: asked.url, agent }, (answer) => {
    response.writeHead(answer.statusCode, { via: "between" });
    answer.pipe(response);
  });
  onward.on("error", () => response.writeHead(502).end());
  onward.end();
});
server.keepAliveTimeout = 60_000;
server.listen(8081, "::");
process.on("SIGTERM", () => server.close(() => process.exit(0)));
`;
const betweenTier = `    - name: between
      replicas: 2
      workload:
        image: host
        command: [node, /srv/between.mjs]
        port: 8081
        files:
          - path: /srv/between.mjs
            content: |
${between.trim().replaceAll(/^/gm, "              ")}
      health: { http: / }
`;

test("a tier comes between proxies and this one, and goes: requests change over when the command ends", async () => {
  const plain = manifest("changed", "2");
  const via = async () => /^via: (.*)$/im.exec((await fetchOnce(lab, "internet1", shop, "--head")).stdout)?.[1]?.trim();
  for (const [tiers, way] of [
    [`${betweenTier}    - name: web`, "between"],
    ["    - name: web", undefined],
  ] as const) {
    await lab.must("apply", "-f", put("shop.yaml", plain.replace("    - name: web", tiers)));
    expect(await via()).toBe(way);
    await load.passes(30);
  }
  expect(await lab.must("events")).toMatch(
    /Switched.*proxy leads to between, no longer to web[^]*Switched.*proxy leads to web, no longer to between/,
  );
});

test("an image whose tag moved: undo brings back what ran, not what the tag stands for now", async () => {
  // The change of the image is the one before the last two.
  const changes =
    await lab.json<readonly { id: number; objects: readonly { fields: readonly string[] }[] }[]>("history");
  const id = changes.find(({ objects }) =>
    objects.some(({ fields }) => fields.some((field) => field.endsWith("image"))),
  )?.id;
  umoci("config", "--image", `${image}:1`, "--config.env=GREETING=moved");
  await lab.must("undo", String(id));
  expect(await page(lab, "internet1")).toContain("image changed 3");
});

test("it is told afterwards too, by describe, history and events", async () => {
  expect(await lab.must("describe", "service/shop")).toMatch(
    /last rollout\n +INSTANCE +REPLACED BY +HOST +READY +DRAINED +CONNECTIONS\n +shop-web-\d+ +shop-web-\d+ +host\d/,
  );
  const [{ id } = { id: 0 }] = await lab.json<readonly { id: number }[]>("history");
  expect(await lab.must("history", String(id))).toMatch(
    /rollout of service\/shop: took [\d.]+ m?s\n {2}shop-web-\d+ by shop-web-\d+ on/,
  );
  expect(await lab.must("events")).toMatch(/Placed.*shop-web-\d+ on host\d: in place of shop-web-\d+/);
});

test("no request failed, on new connections and on kept ones", async () => {
  const { failures, ended, answeredBy } = await load.stop();
  process.stdout.write(
    `${failures.length} of ${ended} requests failed, answered by ${Object.keys(answeredBy).length} instances\n`,
  );
  expect(await unexplained(lab, birds, failures)).toEqual([]);
  expect(Object.keys(answeredBy).length).toBeGreaterThan(8);
});
