import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { check, member, shop } from "./example.ts";
import { layoutOf } from "./layout.ts";
import { render } from "./render.ts";
import type { ProxyInstance } from "./want.ts";

const root = mkdtempSync(join(tmpdir(), "netwright-haproxy-"));
const pem = join(root, "pem");
execFileSync(
  "openssl",
  [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:P-256",
    "-nodes",
    "-subj",
    "/CN=x",
    "-days",
    "1",
    "-keyout",
    `${pem}.key`,
    "-out",
    `${pem}.crt`,
  ],
  { stdio: "ignore" },
);
const certificate = readFileSync(`${pem}.crt`, "utf8") + readFileSync(`${pem}.key`, "utf8");
afterAll(() => rmSync(root, { recursive: true }));

const cases: Record<string, ProxyInstance> = {
  "one-service": shop(),
  "no-members-no-check": shop({ backends: [{ name: "web", members: [], health: null }] }),
  "no-certificate-yet": shop({
    listeners: [{ kind: "Plain", port: 80, hostname: "shop.example.net" }],
    certificates: [],
    challenges: [{ token: "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA", answer: "evaGxfADs6pSRb2LAv9IZf17.key" }],
  }),
  "nothing-to-serve-yet": shop({ listeners: [], certificates: [] }),
  "two-hostnames-other-ports": shop({
    listeners: [
      { kind: "Https", port: 8443, hostname: "a.example.net", certificate: "a", backend: "web" },
      { kind: "Https", port: 8443, hostname: "b.example.net", certificate: "b", backend: "api", hsts: 31_536_000 },
      { kind: "Redirect", port: 8080, hostname: "a.example.net", httpsPort: 8443 },
    ],
    backends: [
      { name: "api", members: [member(3, 9000)], health: { ...check, kind: "Tcp", port: 9001 } },
      { name: "web", members: [member(1)], health: null },
    ],
    certificates: [
      { name: "a", digest: "a" },
      { name: "b", digest: "b" },
    ],
  }),
  "mutual-tls": shop({
    backends: [
      {
        name: "web",
        members: [{ ...member(1), tls: true }, member(2)],
        health: check,
        tls: { certificate: "proxy.shop.internal", authority: "AUTHORITY", name: "web.shop.internal" },
      },
    ],
    certificates: [
      { name: "proxy.shop.internal", digest: "p" },
      { name: "shop.example.net", digest: "d" },
    ],
  }),
};

describe.each(Object.entries(cases))("%s", (name, instance) => {
  const fixed = layoutOf({ run: "/run/netwright", state: "/var/lib/netwright" }, instance.name);

  test("is the golden", async () => {
    const { files } = render(instance, fixed);
    const text = files
      .filter(({ path }) => !path.endsWith(".pem") && path !== fixed.latencies)
      .map(({ path, content }) => `## ${path}\n${content}`);
    await expect(text.join("\n")).toMatchFileSnapshot(`testdata/${name}.cfg`);
  });

  test("HAProxy's own checker takes it, without a warning", () => {
    const layout = layoutOf({ run: join(root, name), state: root }, instance.name);
    const backends = instance.run.backends.map((backend) =>
      backend.tls === undefined ? backend : { ...backend, tls: { ...backend.tls, authority: certificate } },
    );
    const run = { ...instance.run, backends };
    const real = {
      ...instance,
      run,
      pems: new Map(instance.run.certificates.map(({ name: one }) => [one, certificate])),
    };
    for (const { path, content } of render(real, layout).files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
    }
    const output = execFileSync("sh", ["-c", `haproxy -c -f ${layout.config} 2>&1`], { encoding: "utf8" });
    expect(output).toBe("Configuration file is valid\n");
  });
});

test("members do not change the structure; hostnames, ports and checks do", () => {
  const layout = layoutOf({ run: "/run/netwright", state: "/var/lib/netwright" }, "default.shop-proxy-1");
  const structure = (instance: ProxyInstance) => render(instance, layout).structure;
  expect(structure(shop({}, [member(7)]))).toBe(structure(shop()));
  expect(structure(shop({ certificates: [{ name: "shop.example.net", digest: "other" }] }))).toBe(structure(shop()));
  expect(structure(shop({ listeners: [] }))).not.toBe(structure(shop()));
  expect(structure(shop({ backends: [{ name: "web", members: [], health: null }] }))).not.toBe(structure(shop()));
});

test.each([["a b"], ["x\n  bind :::1"], ["'"], [""]])("the name %j is refused", (hostname) => {
  const layout = layoutOf({ run: "/run", state: "/var" }, "x");
  const listeners = [{ kind: "Https", port: 1, hostname, certificate: "c", backend: "web" }] as const;
  expect(() => render(shop({ listeners }), layout)).toThrow("cannot be a name");
});

test("a check's path cannot leave its quotes", () => {
  const layout = layoutOf({ run: "/run", state: "/var" }, "x");
  const backends = [{ name: "web", members: [], health: { ...check, path: "/' oops" } }];
  expect(() => render(shop({ backends }), layout)).toThrow("path of a health check");
});

test("a socket path too long for the kernel is replaced by a short one", () => {
  const paths = { run: `/run/${"x".repeat(60)}`, state: "/var" };
  expect(layoutOf(paths, "default.shop-proxy-1").socket).toMatch(/\/haproxy\.[0-9a-f]{16}$/);
  expect(layoutOf({ ...paths, run: "/run/netwright" }, "default.shop-proxy-1").socket).toMatch(/shop-proxy-1\/socket$/);
});
