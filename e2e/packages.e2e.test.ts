/** What `npm run package` makes, installed, run and removed: under systemd, and by npm into an empty place. */
import { globSync, mkdtempSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repository, runProcess, scratchDirectory } from "./product.ts";
import { startMachine, type Machine } from "./systemd-machine.ts";
import { until } from "./until.ts";

// Not dist: the command line of other tests would take the bundles there, half-built or whole.
const packages = scratchDirectory();
let machine: Machine;

/** On the machine. @throws with what it said when it ends otherwise */
async function must(script: string): Promise<string> {
  const { code, stdout, stderr } = await machine.at(script);
  if (code !== 0) throw new Error(`${script} ended with ${code}\n${stdout}${stderr}`);
  return stdout.trim();
}

const cli =
  "export NETWRIGHT_SERVER=unix:/run/netwright-server/server.sock NETWRIGHT_TOKEN_FILE=/var/lib/netwright-server/admin.token;";

const site = `apiVersion: netwright.dev/v1alpha1
kind: Router
metadata: { name: edge }
spec: { managed: false, asn: 64510 }
---
apiVersion: netwright.dev/v1alpha1
kind: Host
metadata: { name: host1 }
spec:
  id: 1
  vtep: "fd00:0:0:1::1"
  uplinks: [{ interface: up0, router: edge, localAddress: "fd00:0:0:2::1", peerAddress: "fd00:0:0:2::" }]
`;

beforeAll(async () => {
  const { code, stdout, stderr } = await runProcess([
    join(repository, "tools/with-node"),
    "node",
    "tools/package.ts",
    packages,
  ]);
  expect(code, stdout + stderr).toBe(0);
  machine = await startMachine(packages);
});
afterAll(() => machine.stop());

describe("the Debian package", () => {
  /** What a machine writes by itself while it runs. */
  const incidental =
    /^\/(var\/log|var\/lib\/(dpkg|systemd|private)|var\/cache\/(ldconfig|man)|etc\/(machine-id|\.pwd\.lock|ld\.so\.cache|mtab)|etc\/(passwd|group|shadow|gshadow|subuid|subgid)-?$|dev\/|tmp)/;
  const files = () => machine.written().filter((path) => !incidental.test(path));
  let before: readonly string[];
  let birdPid: string;

  test("installs, and starts nothing", async () => {
    before = files();
    await must("dpkg --install /run/packages/netwright_*.deb");
    expect(await must("netwright version")).toMatch(/^netwright 0\.1\.0/);
    expect(await must("/usr/lib/netwright/native/out/wire 2>&1 || true")).toMatch(/^usage: wire /);
    const request = `{"op":"probe","object":"/usr/lib/netwright/native/out/balancer.bpf.o"}`;
    expect(await must(`echo '${request}' | /usr/lib/netwright/native/out/balancer /run/bpf`)).toBe(
      `{"id":null,"result":{"missing":[]}}`,
    );
    expect(await must("systemctl is-active netwright-server netwright-agent || true")).toBe("inactive\ninactive");
    expect(await must("systemctl is-enabled netwright-server netwright-agent || true")).toBe("disabled\ndisabled");
  });

  test("the server runs as a user of its own and answers", async () => {
    await must(`echo 'NETWRIGHT_SERVER_OPTIONS="--listen [::1]:7443"' >/etc/default/netwright-server`);
    await must("systemctl enable --now netwright-server");
    await until(
      "it answers",
      () => machine.at(`${cli} netwright get hosts`),
      ({ code }) => code === 0,
    );
    expect(await must("ps -o user= -p $(systemctl show -P MainPID netwright-server)")).toBe("netwright");
    expect(await must("stat -c '%a %U' /var/lib/netwright-server")).toBe("700 netwright");
  });

  test("the agent waits for its settings, then reports; its engines outlive it", async () => {
    await must("systemctl start netwright-agent");
    expect(await must("systemctl show -P ConditionResult netwright-agent")).toBe("no");
    await must(`ip link set lo up; ip link add up0 type veth peer name edge0; ip link set up0 up; ip link set edge0 up
      ip address add fd00:0:0:2::1/127 dev up0 nodad; ip address add fd00:0:0:1::1/128 dev lo
      cat >/root/site.yaml <<'END'\n${site}END
      ${cli} netwright apply -f /root/site.yaml
      mkdir -p /etc/netwright; umask 077
      netwright token create host1 --role Node --node host1 | tail -n 1 >/etc/netwright/agent.token
      curl --silent --unix-socket /run/netwright-server/server.sock -H "Authorization: Bearer $(cat $NETWRIGHT_TOKEN_FILE)" http://localhost/v1alpha1/ca >/etc/netwright/ca.pem
      sed 's|fd00:0:0:3::1|::1|' /usr/share/doc/netwright/examples/netwright-agent.default >/etc/default/netwright-agent
      systemctl start netwright-agent`);
    // Not the short ones, which check a configuration or tell their version.
    const bird = () => machine.at("pgrep -f '^bird -f'");
    const started = await until("BIRD runs", bird, ({ code }) => code === 0);
    const says = () => machine.at(`${cli} netwright describe host/host1`);
    await until("its agent reports", says, ({ stdout }) => stdout.includes("edge"));
    birdPid = started.stdout.trim();
    await must("systemctl stop netwright-agent");
    expect((await bird()).stdout).toBe(started.stdout);
    await must("systemctl restart netwright-agent");
    await until(
      "it is active",
      () => machine.at("systemctl is-active netwright-agent"),
      ({ code }) => code === 0,
    );
    expect((await bird()).stdout).toBe(started.stdout);
  });

  test("installed again it goes on; removed and purged, nothing of it is left", async () => {
    await must("dpkg --install /run/packages/netwright_*.deb");
    expect(await must("systemctl is-active netwright-server netwright-agent")).toBe("active\nactive");
    expect((await machine.at("dpkg --remove netwright")).stderr).toContain("go on without their agent");
    expect(await must("systemctl is-active netwright-server netwright-agent || true")).toBe("inactive\ninactive");
    expect(
      files()
        .filter((path) => !before.includes(path))
        .every((path) => !path.startsWith("/usr")),
    ).toBe(true);
    await must(
      `kill ${birdPid}; rm -rf /run/netwright /etc/netwright /root/site.yaml /root/.cache; dpkg --purge netwright`,
    );
    expect(files().filter((path) => !before.includes(path))).toEqual([]);
    expect(await must("getent passwd netwright || echo gone")).toBe("gone");
  });
});

test("the npm package installs into an empty place and works there", async () => {
  const prefix = mkdtempSync("/run/npm-");
  const [file = ""] = globSync("netwright-*.tgz", { cwd: packages });
  const npm = ["npm", "install", "--global", "--offline", "--prefix", prefix, join(packages, file)];
  const installed = await runProcess(npm);
  expect(installed.code, installed.stderr).toBe(0);
  const { code, stdout, stderr } = await runProcess([join(prefix, "bin/netwright"), "explain", "Service"]);
  expect(code, stderr).toBe(0);
  expect(stdout).toContain("tiers");
  const native = join(prefix, "lib/node_modules/netwright/native");
  expect((await runProcess(["sh", join(native, "build")])).stderr).toBe("");
  expect((await runProcess([join(native, "out/balancer")])).stderr).toBe("usage: balancer DIRECTORY\n");
  expect((await runProcess([join(native, "out/wire")])).stderr).toMatch(/^usage: wire /);
});
