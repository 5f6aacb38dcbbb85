/** FRR: BGP speakers that are not ours. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { milliseconds } from "@netwright/base";
import type { NodeSystem, ProcessId } from "@netwright/contract";

/** FRR's programs drop to a user of their own, who must be able to write here. */
export async function startFrr(system: NodeSystem, configuration: string): Promise<readonly ProcessId[]> {
  const { processes, clock, runner, paths } = system;
  const directory = paths.run;
  mkdirSync(directory, { recursive: true });
  await runner.run(["chown", "frr:frr", directory]);
  writeFileSync(`${directory}/frr.conf`, configuration);
  writeFileSync(`${directory}/empty.conf`, "");
  const started: ProcessId[] = [];
  for (const daemon of ["zebra", "bfdd", "bgpd"] as const) {
    // Of a predecessor that was killed.
    for (const left of ["vty", "pid"]) rmSync(`${directory}/${daemon}.${left}`, { force: true });
    const control = daemon === "bfdd" ? ["--bfdctl", `${directory}/bfdd.sock`] : [];
    const sockets = ["-z", `${directory}/zserv.api`, "--vty_socket", directory, "-i", `${directory}/${daemon}.pid`];
    const command = [`/usr/lib/frr/${daemon}`, "-f", `${directory}/empty.conf`, ...sockets, ...control] as const;
    started.push(await processes.start(command, { log: `${directory}/${daemon}.log` }));
    while (!existsSync(`${directory}/${daemon}.vty`)) await clock.sleep(milliseconds(20));
  }
  // One file for all daemons is vtysh's to take apart.
  const { code, stdout } = await runner.run(["vtysh", "--vty_socket", directory, "-f", `${directory}/frr.conf`]);
  if (code !== 0) throw new Error(`FRR does not take its configuration: ${stdout}`);
  return started;
}

/** One command on FRR's own command line. */
export async function vtysh({ runner, paths }: NodeSystem, command: string): Promise<string> {
  const { stdout } = await runner.run(["vtysh", "--vty_socket", paths.run, "-c", command]);
  return stdout;
}
