/** The sample web server in a container, started by crun alone. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { NetwrightError } from "@netwright/base";
import { repository } from "../../e2e/product.ts";
import { lines, run, until } from "./shell.ts";

/** In namespace `bench-NAME`. Resolves when it listens. @param directory keeps its bundle. @returns its pid */
export async function startServer(directory: string, name: string): Promise<number> {
  const bundle = join(directory, name);
  mkdirSync(join(bundle, "rootfs"), { recursive: true });
  writeFileSync(join(bundle, "config.json"), JSON.stringify(container(name)));
  const [pidFile, log] = [join(bundle, "pid"), join(bundle, "log")];
  const crun = `crun --root=${join(directory, "crun")} --cgroup-manager=disabled run --detach --pid-file=${pidFile} --bundle=${bundle} ${name}`;
  await run(["sh", "-c", `${crun} >${log} 2>&1 </dev/null || { cat ${log} >&2; false; }`]);
  const pid = Number(readFileSync(pidFile, "utf8"));
  const look = (): boolean => {
    if (existsSync(`/proc/${pid}`)) return listens(pid, 8080);
    throw new NetwrightError("NW1601", `${name} has ended: ${readFileSync(log, "utf8").trim()}`);
  };
  await until(`${name} listens`, look, 30_000, 1);
  return pid;
}

export const endServer = (directory: string, name: string): Promise<string> =>
  run(["crun", `--root=${join(directory, "crun")}`, "delete", "--force", name]);

/** Seen in the process's own namespace, without starting a program. */
function listens(pid: number, port: number): boolean {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return lines(readFileSync(`/proc/${pid}/net/tcp6`, "utf8")).some((line) => {
    const [, local = "", , state] = line.trim().split(/\s+/);
    return local.endsWith(wanted) && state === "0A";
  });
}

/** The machine's own files, this checkout and Node, read-only, and the sample server's namespace. */
function container(name: string): object {
  const shown = ["bin", "etc", "lib", "lib64", "opt", "sbin", "usr"];
  const bind = (path: string): object => ({ destination: path, type: "bind", source: path, options: ["rbind", "ro"] });
  return {
    ociVersion: "1.0.0",
    process: {
      args: ["/usr/bin/tini", "--", process.execPath, join(repository, "examples/shop/server.mjs")],
      env: ["PATH=/usr/bin"],
      cwd: "/",
      user: { uid: 65_534, gid: 65_534 },
      noNewPrivileges: true,
    },
    root: { path: "rootfs" },
    hostname: name,
    mounts: [
      { destination: "/proc", type: "proc", source: "proc" },
      { destination: "/dev", type: "tmpfs", source: "tmpfs" },
      { destination: "/tmp", type: "tmpfs", source: "tmpfs" },
      ...shown.map((top) => bind(`/${top}`)),
      // Last, for they may lie below /tmp.
      ...[repository, dirname(process.execPath)].map(bind),
    ],
    linux: {
      namespaces: [
        ...["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
        { type: "network", path: `/run/netns/bench-${name}` },
      ],
    },
  };
}
