/** Server and agents without a lab, as docs/real-hosts.md says. */
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { netwrightProgram, repository, runProcess } from "./product.ts";
import {
  adminToken,
  admin,
  at,
  createToken,
  file,
  http,
  inside,
  programs,
  remote,
  secrets,
  sh,
  socket,
  startAgent,
  startServer,
  url,
  useSite,
} from "./site.ts";
import { until } from "./until.ts";

useSite();

describe("a site without a lab", () => {
  test("hosts and routers become ready, and a service is served from one", async () => {
    expect((await admin("wait", "host/host", "router/edge")).code).toBe(0);
    const applied = await admin("apply", "-f", join(repository, "examples/shop.yaml"));
    expect(applied.code, applied.stderr).toBe(0);
    const fetch = () =>
      at(
        "client",
        `curl --silent --show-error --noproxy '*' --max-time 3 --cacert ${file("ca.pem")} --resolve shop.example.net:443:2001:db8:100::1 https://shop.example.net/`,
      );
    const { stdout } = await until("the page answers", fetch, ({ code }) => code === 0);
    expect(stdout).toBe("Welcome to the shop. This is shop-web-1, you are 2001:db8:f::2.\n");
  });

  test("logs and exec reach the agent over its own connection; nothing on the host listens for them", async () => {
    expect((await admin("exec", "shop-web-1", "--", "hostname")).stdout).toBe("shop-web-1\n");
    const listening = (await at("host", "ss --no-header --listening --tcp --numeric --processes")).stdout;
    expect(listening).not.toContain('"node"');
  });

  test("server and agents that are killed and started again find everything as it was", async () => {
    const engines = async () => (await at("host", "ps -eo pid,lstart,comm | grep -E ' (bird|haproxy|tini)$'")).stdout;
    const before = await engines();
    expect(before).toMatch(/bird[^]*haproxy/);
    for (const program of programs.splice(0)) {
      program.kill("SIGKILL");
      await once(program, "exit");
    }
    expect((await admin("get", "hosts")).stderr).toContain("NW1505");
    startServer();
    for (const machine of ["edge", "host"] as const) await startAgent(machine);
    await until(
      "the server answers",
      () => admin("get", "service/shop"),
      ({ code }) => code === 0,
    );
    expect((await admin("wait", "service/shop", "host/host", "router/edge")).code).toBe(0);
    expect(await engines()).toBe(before);
  });
});

describe("tokens", () => {
  test("the administrator's is in a file that only root reads", async () => {
    expect(await sh(`stat -c %a ${adminToken} ${socket}`)).toBe("600\n600");
    expect(readFileSync(adminToken, "utf8").trim().length).toBeGreaterThan(30);
  });

  test("without one, or with one that is not known, nothing is read or changed", async () => {
    for (const [method, path] of [
      ["GET", "/v1alpha1/hosts"],
      ["GET", "/v1alpha1/ca"],
      ["GET", "/metrics"],
      ["POST", "/v1alpha1/apply"],
      ["GET", "/v1alpha1/nodes/host/state"],
      ["GET", "/openapi.json"],
      ["PUT", "/v1alpha1/nodes/host/report"],
      ["GET", "/nowhere"],
    ] as const) {
      expect([path, (await http(path, null, method)).stdout]).toEqual([path, "401"]);
      expect([path, (await http(path, "guess", method)).stdout]).toEqual([path, "401"]);
    }
    expect((await http("/livez", null)).stdout).toBe("200");
    writeFileSync(file("guess.token"), "guess\n");
    const said = await remote("host", file("guess.token"), "get", "hosts");
    expect(said.code).toBe(1);
    expect(said.stderr).toContain("NW1503");
  });

  test("a node's reads that node's own state and nothing else", async () => {
    const own = secrets["host"] as string;
    expect((await http("/v1alpha1/nodes/host/state", own)).stdout).toBe("200");
    for (const path of [
      "/v1alpha1/nodes/edge/state",
      "/v1alpha1/services",
      "/v1alpha1/tokens",
      "/v1alpha1/hosts",
      "/v1alpha1/events",
    ]) {
      expect([path, (await http(path, own)).stdout]).toEqual([path, "403"]);
    }
    expect((await http("/v1alpha1/nodes/edge/report", own, "PUT")).stdout).toBe("403");
    const said = await remote("host", file("host.token"), "delete", "service/shop");
    expect(said.code).toBe(1);
    expect(said.stderr).toContain("NW1504");
  });

  test("a viewer's reads and changes nothing; revoked, it does neither", async () => {
    await createToken("viewer", "--role", "Viewer");
    const viewer = file("viewer.token");
    expect((await remote("host", viewer, "get", "services", "-o", "name")).stdout).toBe("service/shop\n");
    for (const words of [
      ["delete", "service/shop"],
      ["scale", "service/shop", "web=2"],
      ["token", "create", "more"],
      ["exec", "shop-web-1", "--", "true"],
    ]) {
      const said = await remote("host", viewer, ...words);
      expect([words[0], said.code]).toEqual([words[0], 1]);
      expect(said.stderr).toContain("NW1504");
    }
    const id =
      (await admin("token", "list")).stdout
        .split("\n")
        .find((line) => line.includes("viewer"))
        ?.split(/\s+/)[0] ?? "";
    expect((await admin("token", "revoke", id)).code).toBe(0);
    expect((await remote("host", viewer, "get", "services")).stderr).toContain("NW1503");
  });

  test("a server that another authority vouches for is not spoken to", async () => {
    await sh(
      `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=stranger -keyout ${file("k")} -out ${file("other.pem")} 2>/dev/null`,
    );
    const said = await runProcess([
      ...inside("host"),
      netwrightProgram,
      "get",
      "hosts",
      "--server",
      url,
      "--token-file",
      adminToken,
      "--ca-file",
      file("other.pem"),
    ]);
    expect(said.code).not.toBe(0);
    expect(said.stderr).toMatch(/^error NW/);
    expect((await remote("host", adminToken, "get", "hosts")).code).toBe(0);
  });
});
