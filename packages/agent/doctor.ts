/** Looks at a machine with the eyes of an agent: what every driver would miss, and what the kernel and system offer. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NodeSystem } from "@netwright/contract";
import { drivers } from "@netwright/drivers";
import { isInMemory } from "@netwright/drivers/memory.ts";
import { nodeSystem } from "@netwright/system";

export interface Finding {
  /** `Missing`: something does not work without it. `Note`: worth knowing. */
  readonly verdict: "Good" | "Missing" | "Note";
  /** A slot with its driver, or a part of the system. */
  readonly subject: string;
  readonly message: string;
}

export async function examine(): Promise<readonly Finding[]> {
  const directory = await mkdtemp(join(tmpdir(), "netwright-doctor-"));
  try {
    const system = nodeSystem({ run: join(directory, "run"), state: join(directory, "state") });
    const probes = await Promise.all(
      drivers.map((driver) => driver.probe(system).then((missing) => ({ driver, missing }))),
    );
    const engines = probes.flatMap(({ driver, missing }): readonly Finding[] => {
      const subject = `${driver.slot} (${driver.name})`;
      if (missing.length === 0) return [{ verdict: "Good", subject, message: "has all it needs" }];
      return missing.map((message) => ({ verdict: "Missing", subject, message }));
    });
    return [...engines, ...(await examineSystem(system))];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function examineSystem({ files, runner }: NodeSystem): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const release = ((await files.read("/proc/sys/kernel/osrelease")) ?? "").trim();
  findings.push({ verdict: "Good", subject: "kernel", message: `Linux ${release}, Node ${process.version}` });
  if (!(await isInMemory(files, "/run"))) {
    const message = "it is not in memory: workloads with secrets do not start (see --run of netwright agent)";
    findings.push({ verdict: "Note", subject: "/run", message });
  }
  const max = Number(await files.read("/proc/sys/net/netfilter/nf_conntrack_max"));
  if (max > 0 && max < 65_536) {
    findings.push({
      verdict: "Note",
      subject: "connection tracking",
      message: `the table holds only ${max} entries: raise net.netfilter.nf_conntrack_max`,
    });
  }
  const sockets = await runner.run(["ss", "-6", "-H", "-l", "-n", "-t", "-u", "-p"]).catch(() => undefined);
  for (const [port, what] of [
    ["179", "BGP"],
    ["4789", "VXLAN"],
  ] as const) {
    const holder = sockets?.stdout.split("\n").find((line) => new RegExp(`[\\]*:]${port}\\s`).test(line));
    if (holder === undefined) continue;
    const program = /users:\(\("([^"]+)"/.exec(holder)?.[1] ?? "the kernel";
    findings.push({
      verdict: "Note",
      subject: `port ${port}`,
      message: `${program} listens there already: ${what} needs it`,
    });
  }
  return findings;
}
