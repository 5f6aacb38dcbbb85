/**
 * A site without a lab: server, edge router, host and client, each a network namespace with a /run and a /var/lib of its
 * own, with links and addresses already. Server and agents are started by hand.
 */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { netwrightProgram, runProcess, scratchDirectory, startProcess, type Run } from "./product.ts";
import { until } from "./until.ts";

const machines = ["server", "edge", "host", "client"] as const;
type Machine = (typeof machines)[number];

const directory = scratchDirectory();
export const file = (name: string): string => join(directory, name);
export const socket = file("server.sock");
export const adminToken = file("admin.token");
const address = "fd00:0:0:3::1";
export const url = `https://[${address}]:7443`;

const keepers = new Map<Machine, ChildProcessWithoutNullStreams>();
export const programs: ChildProcessWithoutNullStreams[] = [];

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

export const sh = async (script: string): Promise<string> => {
  const { code, stdout, stderr } = await runProcess(["sh", "-euc", script]);
  if (code !== 0) throw new Error(`${script}\n${stdout}${stderr}`);
  return stdout.trim();
};

export const inside = (machine: Machine): readonly string[] => [
  "nsenter",
  "--target",
  String(keepers.get(machine)?.pid),
  "--net",
  "--mount",
  "--",
];
export const at = (machine: Machine, script: string): Promise<Run> =>
  runProcess([...inside(machine), "sh", "-c", script]);

/** The command line at the server, or elsewhere with another token. */
export const admin = (...words: readonly string[]): Promise<Run> => ask("server", `unix:${socket}`, adminToken, words);
export const remote = (machine: Machine, tokenFile: string, ...words: readonly string[]): Promise<Run> =>
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

export const startServer = () =>
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

export async function startAgent(machine: "edge" | "host"): Promise<ChildProcessWithoutNullStreams> {
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

export async function createToken(name: string, ...options: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await admin("token", "create", name, ...options);
  if (code !== 0) throw new Error(stderr);
  const secret = stdout.trim().split("\n").at(-1) ?? "";
  writeFileSync(file(`${name}.token`), `${secret}\n`, { mode: 0o600 });
  return secret;
}

export const http = (path: string, secret: string | null, method = "GET"): Promise<Run> =>
  at(
    "server",
    `curl --silent --output /dev/null --write-out '%{http_code}' --noproxy '*' --cacert ${file("ca.pem")} --max-time 30 -X ${method} ${secret === null ? "" : `-H 'Authorization: Bearer ${secret}'`} ${url}${path}`,
  );

export const secrets: Record<string, string> = {};

/** For a test file: the site stands before its first test, and is gone after its last. */
export function useSite(): void {
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
      // Some have ended by then: their parents were killed before them.
      for (const pid of pids.split("\n").filter((text) => text !== "")) await sh(`kill -KILL ${pid} 2>&1 || true`);
    }
  });
}
