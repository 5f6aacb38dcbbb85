/**
 * Server and agents without a lab, as docs/real-hosts.md says: started by hand, on machines that have their links and
 * addresses already. Each machine is a network namespace with a /run and a /var/lib of its own.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { netwrightProgram, repository, runProcess, scratchDirectory, startProcess, type Run } from "./product.ts";
import { until } from "./until.ts";

const machines = ["server", "edge", "host", "client"] as const;
type Machine = (typeof machines)[number];

const directory = scratchDirectory();
const file = (name: string): string => join(directory, name);
const socket = file("server.sock");
const adminToken = file("admin.token");
const address = "fd00:0:0:3::1";
const url = `https://[${address}]:7443`;

const keepers = new Map<Machine, ChildProcessWithoutNullStreams>();
const programs: ChildProcessWithoutNullStreams[] = [];

/** Links and addresses are the operator's. */
const wiring = `
link server edge fd00:0:0:3::1/127 fd00:0:0:3::/127 mgmt-s mgmt-e
link server host fd00:0:0:3::3/127 fd00:0:0:3::2/127 mgmt-h mgmt
link edge host fd00:0:0:2::/127 fd00:0:0:2::1/127 eno2 eno1
link edge client 2001:db8:f::1/64 2001:db8:f::2/64 eno1 eno1`;

const site = `apiVersion: netwright.dev/v1alpha1
kind: AddressPool
metadata: { name: default }
spec: { prefixes: ["2001:db8:100::/64"] }
---
apiVersion: netwright.dev/v1alpha1
kind: Router
metadata: { name: edge }
spec:
  asn: 64510
  routerId: 192.0.2.1
  links:
    - { interface: eno2, host: host, localAddress: "fd00:0:0:2::", peerAddress: "fd00:0:0:2::1" }
---
apiVersion: netwright.dev/v1alpha1
kind: Host
metadata: { name: host }
spec:
  id: 1
  vtep: "fd00:0:0:1::1"
  uplinks:
    - { interface: eno1, router: edge, localAddress: "fd00:0:0:2::1", peerAddress: "fd00:0:0:2::" }
`;

const sh = async (script: string): Promise<string> => {
  const { code, stdout, stderr } = await runProcess(["sh", "-euc", script]);
  if (code !== 0) throw new Error(`${script}\n${stdout}${stderr}`);
  return stdout.trim();
};

const inside = (machine: Machine): readonly string[] => [
  "nsenter",
  "--target",
  String(keepers.get(machine)?.pid),
  "--net",
  "--mount",
  "--",
];
const at = (machine: Machine, script: string): Promise<Run> => runProcess([...inside(machine), "sh", "-c", script]);

/** The command line at the server, or elsewhere with another token. */
const admin = (...words: readonly string[]): Promise<Run> => ask("server", `unix:${socket}`, adminToken, words);
const remote = (machine: Machine, tokenFile: string, ...words: readonly string[]): Promise<Run> =>
  ask(machine, url, tokenFile, words);

function ask(machine: Machine, server: string, tokenFile: string, words: readonly string[]): Promise<Run> {
  // The unix socket needs no certificate, and there is none yet when the server is asked first.
  const settings = {
    SERVER: server,
    TOKEN_FILE: tokenFile,
    ...(server.startsWith("https:") ? { CA_FILE: file("ca.pem") } : {}),
  };
  const env = Object.entries(settings).map(([name, value]) => `NETWRIGHT_${name}=${value}`);
  return runProcess([...inside(machine), "env", ...env, netwrightProgram, ...words]);
}

async function startMachine(machine: Machine): Promise<void> {
  const setUp = `mount -t tmpfs tmpfs /run; mkdir -p /run/netns /run/state; ip link set lo up
    for all in all default; do echo 0 >/proc/sys/net/ipv6/conf/$all/accept_dad; echo 1 >/proc/sys/net/ipv6/conf/$all/forwarding; done
    echo ready; exec sleep infinity`;
  // exec all the way: the process that is started here is the machine.
  const keeper = startProcess(["unshare", "--net", "--mount", "--propagation", "private", "sh", "-euc", setUp]);
  keepers.set(machine, keeper);
  await once(keeper.stdout, "data");
}

async function wire(): Promise<void> {
  for (const line of wiring.trim().split("\n")) {
    const [, a, b, addressA, addressB, nameA, nameB] = line.split(" ") as [string, Machine, Machine, ...string[]];
    const [pidA, pidB] = [keepers.get(a)?.pid, keepers.get(b)?.pid];
    await sh(`ip link add name ${nameA} netns ${pidA} type veth peer name ${nameB} netns ${pidB}`);
    await at(a, `ip address add ${addressA} dev ${nameA} nodad; ip link set dev ${nameA} up`);
    await at(b, `ip address add ${addressB} dev ${nameB} nodad; ip link set dev ${nameB} up`);
  }
  await at(
    "host",
    `ip address add fd00:0:0:1::1/128 dev lo; ip -6 route add ${address} via fd00:0:0:3::3; ip -6 route add default via fd00:0:0:2::`,
  );
  await at("client", "ip -6 route add default via 2001:db8:f::1");
}

function run(machine: Machine, ...words: readonly string[]): ChildProcessWithoutNullStreams {
  const child = startProcess([...inside(machine), netwrightProgram, ...words]);
  programs.push(child);
  return child;
}

const startServer = () =>
  run(
    "server",
    "server",
    "serve",
    "--state",
    file("server-state"),
    "--admin-token-file",
    adminToken,
    "--unix",
    socket,
    "--listen",
    `[${address}]:7443`,
  );

async function startAgent(machine: "edge" | "host"): Promise<ChildProcessWithoutNullStreams> {
  const token = file(`${machine}.token`);
  const words = [
    "--server",
    url,
    "--node",
    machine,
    "--token-file",
    token,
    "--ca-file",
    file("ca.pem"),
    "--state",
    "/run/state",
  ];
  return run(machine, "agent", "run", ...words);
}

async function createToken(name: string, ...options: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await admin("token", "create", name, ...options);
  if (code !== 0) throw new Error(stderr);
  const secret = stdout.trim().split("\n").at(-1) ?? "";
  writeFileSync(file(`${name}.token`), `${secret}\n`, { mode: 0o600 });
  return secret;
}

const http = (path: string, secret: string | null, method = "GET"): Promise<Run> =>
  at(
    "server",
    `curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --cacert ${file("ca.pem")} --max-time 3 -X ${method} ${secret === null ? "" : `-H 'Authorization: Bearer ${secret}'`} ${url}${path}`,
  );

const secrets: Record<string, string> = {};

beforeAll(async () => {
  for (const machine of machines) await startMachine(machine);
  await wire();
  startServer();
  await until(
    "the server answers",
    () => admin("get", "hosts"),
    ({ code }) => code === 0,
  );
  await at(
    "server",
    `curl --silent --unix-socket ${socket} -H "Authorization: Bearer $(cat ${adminToken})" http://localhost/v1alpha1/ca >${file("ca.pem")}`,
  );
  writeFileSync(file("site.yaml"), site);
  const { code, stderr } = await admin("apply", "-f", file("site.yaml"));
  expect(code, stderr).toBe(0);
  for (const machine of ["edge", "host"] as const) {
    secrets[machine] = await createToken(machine, "--role", "Node", "--node", machine);
    await startAgent(machine);
  }
});

afterAll(async () => {
  // The machines' namespaces end with what runs in them: engines outlive their agent.
  for (const machine of machines) {
    const pids = await sh(
      `for p in /proc/[0-9]*; do [ "$(readlink $p/ns/mnt)" = "$(readlink /proc/${keepers.get(machine)?.pid}/ns/mnt)" ] && echo \${p#/proc/}; done || true`,
    );
    for (const pid of pids.split("\n").filter((text) => text !== "")) process.kill(Number(pid), "SIGKILL");
  }
});

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
