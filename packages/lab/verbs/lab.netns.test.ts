/** Whole labs, with real engines, driven as the command line drives them. */
import { execFile } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { context, programs, readLab } from "../testdata/context.ts";
import { currentLab, cut, down, graph, heal, listLabs, runIn, status, up } from "../index.ts";
import { labPaths } from "../record/paths.ts";
import { establishedPeers } from "./sessions-up.ts";

const run = promisify(execFile);
const command = new URL("../testdata/lab-command.ts", import.meta.url).pathname;

/** Runs in a node by a process of its own, as the command line does; gives what a shell would see. */
async function execIn(node: string, ...words: string[]): Promise<{ code: number; stdout: string }> {
  try {
    const env = { ...process.env, https_proxy: "http://nobody", SSL_CERT_FILE: "/nowhere" };
    const { stdout } = await run(process.execPath, [command, "exec", "small", node, ...words], { env });
    return { code: 0, stdout };
  } catch (error) {
    const { code, stdout } = error as { code: number; stdout: string };
    return { code, stdout };
  }
}

const inNode = (lab: string, node: string, ...words: string[]) => runIn(context, { lab, node, command: words });

/** A closed port answers at once when there is a way to it; when there is none, nothing does. */
const expectWay = async (lab: string, from: string, to: string, isThere: boolean): Promise<void> => {
  const limit = isThere ? "30" : "1";
  const { code } = await inNode(lab, from, "timeout", limit, "bash", "-c", `: </dev/tcp/${to}/9`);
  expect(code).toBe(isThere ? 1 : 124);
};

const small = readLab("small-lab.json");

beforeAll(async () => {
  await up(context, { manifest: small, programs });
});
afterAll(async () => {
  // By name: other tests may have labs of their own here.
  for (const name of ["small", "other", "broken", "agents"]) await down(context, { name });
});

describe("a small lab", () => {
  test("resolves a name from client over resolver to name server", async () => {
    const { stdout } = await inNode("small", "client", "getent", "ahostsv6", "ns.example.net");
    expect(stdout).toMatch(/^fd00:0:0:3::3\s+STREAM ns\.example\.net/m);
    expect((await inNode("small", "client", "getent", "hosts", "nobody.example.net")).code).toBe(2);
  });

  test("takes updates with the key, refuses others, and keeps them over a restart of the name server", async () => {
    const key = readFileSync(`${labPaths("small").state}/dns/root/etc/knot/knot.conf`, "utf8");
    const secret = /secret: (\S+)/.exec(key)?.[1] ?? "";
    const update = (auth: string): string =>
      `printf 'server ::1\\nzone example.net\\nupdate add shop.example.net 5 AAAA 2001:db8:100::5\\nsend\\n' | nsupdate ${auth}`;
    expect((await inNode("small", "dns", "sh", "-c", update(""))).code).not.toBe(0);
    const asked = async (): Promise<string> =>
      (await inNode("small", "client", "dig", "+short", "shop.example.net", "AAAA")).stdout;
    expect(await asked()).toBe("");
    expect((await inNode("small", "dns", "sh", "-c", update(`-y hmac-sha256:netwright:${secret}`))).code).toBe(0);
    await expect.poll(asked).toBe("2001:db8:100::5\n");
    expect((await inNode("small", "dns", "sh", "-c", "kill -9 $(pidof knotd)")).code).toBe(0);
    const restarts = async () =>
      (await status(context, { lab: "small" })).nodes.find(({ name }) => name === "dns")?.programs;
    await expect.poll(restarts).toEqual([{ program: "knotd", state: "Running", restarts: 1 }]);
    const direct = async () =>
      (await inNode("small", "dns", "dig", "+short", "+time=1", "@::1", "shop.example.net", "AAAA")).stdout;
    await expect.poll(direct).toBe("2001:db8:100::5\n");
  });

  test("exec passes exit status, signals, and no settings from outside", async () => {
    expect((await execIn("a", "sh", "-c", "exit 7")).code).toBe(7);
    expect((await execIn("a", "sh", "-c", "kill -9 $$")).code).toBe(137);
    expect((await execIn("a", "no-such-program")).code).toBe(127);
    expect((await execIn("a", "sh", "-c", "hostname; env")).stdout).toMatch(/^a\n(?!.*(proxy|SSL_CERT))/s);
    expect((await execIn("nobody", "true")).code).toBe(1);
  });

  test("what exec starts belongs to the lab's control groups", async () => {
    const groups = (await execIn("a", "cat", "/proc/self/cgroup")).stdout.trim().split("\n");
    // Seen from inside: a process beside the lab would be at /.. and further.
    expect(groups.filter((line) => line.includes("/.."))).toEqual([]);
    expect(groups.some((line) => /:cpu[^:]*:\/$|^0::\/lab$/.test(line))).toBe(true);
  });

  test("every node has a /run, state, processes and network devices of its own", async () => {
    expect((await inNode("small", "a", "ls", "/run")).stdout).toBe("");
    expect((await inNode("small", "a", "ls", "/sys/class/net")).stdout).toBe("b\nb-2\nlan\nlo\n");
    expect((await inNode("small", "a", "ps", "-eo", "comm=")).stdout).toBe("keeper\nkeeper\nps\n");
    expect((await inNode("small", "a", "cat", "/etc/hostname")).stdout).toBe("a\n");
    await inNode("small", "a", "touch", "/var/lib/netwright/mine", "/etc/mine", "/run/mine");
    for (const place of ["/var/lib/netwright/mine", "/etc/mine", "/run/mine"]) {
      expect(existsSync(place)).toBe(false);
      expect((await inNode("small", "b", "test", "-e", place)).code).toBe(1);
      expect((await inNode("small", "a", "test", "-e", place)).code).toBe(0);
    }
  });

  test("cut drops silently both ways with the carrier up; heal takes every rule away", async () => {
    const peer = "fd00:0:0:2::3";
    await expectWay("small", "a", peer, true);
    expect(await cut(context, { lab: "small", link: "b:a" })).toBe("a-b");
    await cut(context, { lab: "small", link: "second" });
    await cut(context, { lab: "small", link: "a-b" });
    await expectWay("small", "a", peer, false);
    await expectWay("small", "b", "fd00:0:0:2::2", false);
    expect((await inNode("small", "a", "cat", "/sys/class/net/b/carrier")).stdout).toBe("1\n");
    expect((await inNode("small", "a", "bash", "-c", `echo lost >/dev/udp/${peer}/9`)).code).toBe(0);
    const cuts = async () =>
      (await status(context, { lab: "small" })).links.filter((link) => link.cut).map(({ name }) => name);
    expect(await cuts()).toEqual(["a-b", "second"]);
    expect(await graph(context, { lab: "small", format: "text" })).toContain("second is cut");
    await heal(context, { lab: "small", link: "a-b" });
    expect(await cuts()).toEqual(["second"]);
    await expectWay("small", "a", peer, true);
    await heal(context, { lab: "small", link: "second" });
    expect((await inNode("small", "a", "nft", "list", "ruleset")).stdout).toBe("");
    expect((await inNode("small", "b", "nft", "list", "ruleset")).stdout).toBe("");
  });

  test("up again changes nothing; another topology of that name is refused", async () => {
    const before = (await listLabs(context)).find(({ record }) => record.name === "small")?.record;
    expect(await up(context, { manifest: small, programs })).toEqual({ record: before, built: false });
    const other = { ...small, spec: { ...small.spec, links: small.spec.links.slice(1) } } as typeof small;
    await expect(up(context, { manifest: other, programs })).rejects.toMatchObject({ code: "NW1702" });
  });

  test("stands beside another of the same addresses, and each is taken down alone", async () => {
    await up(context, { name: "other", manifest: small, programs });
    const names = (await listLabs(context)).map(({ record }) => record.name);
    expect(names).toEqual(expect.arrayContaining(["other", "small"]));
    await expect(status(context, { lab: "nowhere" })).rejects.toMatchObject({ code: "NW1701" });
    await cut(context, { lab: "other", link: "a-b" });
    await expectWay("small", "a", "fd00:0:0:2::3", true);
    await expectWay("other", "a", "fd00:0:0:2::3", false);
    expect(await down(context, { name: "other" })).toEqual(["other"]);
    expect(await down(context, { name: "other" })).toEqual([]);
    expect((await status(context)).nodes.every(({ running }) => running)).toBe(true);
    await expectWay("small", "a", "fd00:0:0:2::3", true);
  });

  test("a lab whose node died is built anew by up", async () => {
    await up(context, { name: "broken", manifest: small, programs });
    const lab = (await listLabs(context)).find(({ record }) => record.name === "broken");
    process.kill(lab?.record.nodes["a"]?.machine.pid ?? 0, "SIGKILL");
    const running = async () =>
      (await status(context, { lab: "broken" })).nodes.find(({ name }) => name === "a")?.running;
    await expect.poll(running).toBe(false);
    await expect(cut(context, { lab: "broken", link: "a-b" })).rejects.toMatchObject({ code: "NW1703" });
    expect((await up(context, { name: "broken", manifest: small, programs })).built).toBe(true);
    expect(await running()).toBe(true);
    await down(context, { name: "broken" });
  });
});

describe("a lab with server and agents", () => {
  test("tells the server the fabric, gives agents tokens, waits until they are ready", async () => {
    const stages: string[] = [];
    const onProgress = ({ stage, took }: { stage: string; took: number | null }) =>
      void (took !== null && stages.push(stage));
    await up(context, { manifest: readLab("agents-lab.json"), programs, onProgress });
    expect(stages).toEqual(["sandbox", "nodes", "links", "engines", "server", "agents", "fabric"]);
    const found = await currentLab(context, "agents");
    expect(statSync(found?.tokenPath ?? "").mode & 0o777).toBe(0o600);
    expect(statSync(labPaths("agents").directory).mode & 0o777).toBe(0o700);
    expect(existsSync(found?.socketPath ?? "")).toBe(true);
    expect((await inNode("agents", "internet1", "cat", "/etc/ssl/certs/ca-certificates.crt")).stdout).toBe(
      "the lab's CA",
    );
    expect((await inNode("agents", "internet1", "dig", "+short", "ns.example.net", "AAAA")).stdout).toBe(
      "2001:db8:f:3::2\n",
    );
    expect((await inNode("agents", "host1", "ls", "/run")).stdout).toBe("");
    expect((await inNode("agents", "control", "ls", "/run")).stdout).toBe("netwright\n");
    const sockets = (await inNode("agents", "control", "find", "/run", "/var/lib/netwright-lab", "-type", "s")).stdout;
    expect(sockets).toBe("/run/netwright/labs/agents/server.sock\n");
    expect((await inNode("agents", "provider", "findmnt", "-n", "-o", "SOURCE", "/var/tmp")).stdout).toBe("lab-tmp\n");
    expect((await inNode("agents", "provider", "vtysh", "-c", "show bgp ipv6 summary")).stdout).toMatch(
      /fd00:0:0:2::3\s+4\s+64510/,
    );
    const summary = (await inNode("agents", "provider", "vtysh", "-c", "show bgp ipv6 unicast summary json")).stdout;
    expect([...establishedPeers(summary)]).toEqual(["fd00:0:0:2::3"]);
    await down(context, { name: "agents" });
  });
});
