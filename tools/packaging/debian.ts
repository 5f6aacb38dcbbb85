/** The Debian package: command line, server, agent, their units, and a Node of its own, for Debian's is older. */
import { chmodSync, cpSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { needs } from "../bootstrap/packages.mjs";
import { root } from "../gate/program.ts";
import { copy, copyPrograms, sizeOf, settleTimes } from "./files.ts";
import { run } from "./run.ts";

/** What server and agents call. All else of the first stage is for labs. */
const called: ReadonlySet<string> = new Set([
  ..."ip nft conntrack bird haproxy unbound crun tini skopeo tar mkfs.ext4 ps unshare modprobe".split(" "),
  "/etc/ssl/certs/ca-certificates.crt",
  "/usr/lib/python3/dist-packages/unboundmodule.py",
]);

/** What only builds: the package has it built. */
const building: ReadonlySet<string> = new Set([
  "gcc",
  "clang-14",
  ...["stdio.h", "bpf/libbpf.h", "jansson.h"].map((name) => `/usr/include/${name}`),
]);

const packagesOf = (wanted: (program: string) => boolean): string => {
  const shipped = needs.filter(({ program, since }) => since === "demo" && !building.has(program));
  const names = shipped.filter(({ program }) => wanted(program)).map((need) => need.package);
  return [...new Set(names)].toSorted().join(", ");
};

/** Node is linked against the C library and the C++ library of an older Debian than this. The balancer's loader: libbpf, jansson. */
export const dependencies = (): string =>
  `libc6, libstdc++6, libbpf1, libjansson4, passwd, ${packagesOf((one) => called.has(one))}`;
export const suggestions = (): string => packagesOf((one) => !called.has(one));

/** Text of the control file (deb-control(5)). Pure. */
export function controlOf(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/@([A-Z]+)@/g, (whole, name: string) => values[name] ?? whole);
}

export interface DebianPackage {
  readonly version: string;
  /** Seconds since 1970 that all files carry. */
  readonly time: number;
  /** An empty directory to build in. */
  readonly work: string;
  /** Where the bundles are and the package goes. */
  readonly output: string;
}

/** @returns path of the package */
export async function buildDebian({ version, time, work, output }: DebianPackage): Promise<string> {
  const architecture = (await run(["dpkg", "--print-architecture"])).trim();
  const tree = join(work, "tree");
  await fill(tree, output);
  const size = String(Math.ceil(sizeOf(tree) / 1024));
  writeControl(join(tree, "DEBIAN"), {
    VERSION: version,
    ARCHITECTURE: architecture,
    SIZE: size,
    DEPENDS: dependencies(),
    SUGGESTS: suggestions(),
  });
  settleTimes(tree, time);
  const path = join(output, `netwright_${version}_${architecture}.deb`);
  const build = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z1", "--build", tree, path] as const;
  await run(build, { env: { SOURCE_DATE_EPOCH: String(time) } });
  return path;
}

async function fill(tree: string, bundles: string): Promise<void> {
  const library = join(tree, "usr/lib/netwright");
  copyPrograms(bundles, library);
  await run([join(root, "native/build"), join(library, "native/out")]);
  // The Node that runs this is the one that the tests ran with.
  const node = join(library, "node_modules/node/bin/node");
  mkdirSync(dirname(node), { recursive: true });
  cpSync(realpathSync(process.execPath), node);
  mkdirSync(join(tree, "usr/bin"));
  symlinkSync("../lib/netwright/bin/netwright", join(tree, "usr/bin/netwright"));
  for (const unit of ["netwright-server.service", "netwright-agent.service"])
    copy(`packaging/systemd/${unit}`, join(tree, "usr/lib/systemd/system", unit));
  copy("packaging/default/netwright-server", join(tree, "etc/default/netwright-server"));
  copy("packaging/prometheus/netwright.rules.yaml", join(tree, "usr/share/netwright/prometheus/netwright.rules.yaml"));
  copy("packaging/grafana/netwright.json", join(tree, "usr/share/netwright/grafana/netwright.json"));
  document(join(tree, "usr/share/doc/netwright"), library);
  await complete(tree, library);
}

function document(directory: string, library: string): void {
  copy("packaging/debian/copyright", join(directory, "copyright"));
  copy("CHANGELOG.md", join(directory, "CHANGELOG.md"));
  copy("docs/real-hosts.md", join(directory, "real-hosts.md"));
  copy("docs/operating.md", join(directory, "operating.md"));
  copy("examples", join(directory, "examples"));
  copy("samples", join(directory, "samples"), "dist");
  copy("packaging/default/netwright-agent.example", join(directory, "examples/netwright-agent.default"));
  chmodSync(join(library, "bin/netwright"), 0o755);
}

const completions = {
  bash: "usr/share/bash-completion/completions/netwright",
  zsh: "usr/share/zsh/vendor-completions/_netwright",
  fish: "usr/share/fish/vendor_completions.d/netwright.fish",
};

async function complete(tree: string, library: string): Promise<void> {
  for (const [shell, path] of Object.entries(completions)) {
    const text = await run([process.execPath, join(library, "dist/netwright.mjs"), "completion", shell]);
    mkdirSync(join(tree, path, ".."), { recursive: true });
    writeFileSync(join(tree, path), text);
  }
}

function writeControl(directory: string, values: Readonly<Record<string, string>>): void {
  const read = (name: string): string => readFileSync(join(root, "packaging/debian", name), "utf8");
  mkdirSync(directory);
  writeFileSync(join(directory, "control"), controlOf(read("control"), values));
  writeFileSync(join(directory, "conffiles"), read("conffiles"));
  for (const script of ["postinst", "prerm", "postrm"])
    writeFileSync(join(directory, script), read(script), { mode: 0o755 });
}
