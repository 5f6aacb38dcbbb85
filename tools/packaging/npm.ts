/** The npm package: launcher, bundles and the sources in C, without a dependency but Node itself where npm can bring it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../gate/program.ts";
import { copy, copyPrograms } from "./files.ts";
import { run } from "./run.ts";

interface About {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly bin: Readonly<Record<string, string>>;
}

/** What stands in the package's package.json. Pure. */
export function manifestOf({ name, version, description, license, bin }: About): object {
  return {
    name,
    version,
    description,
    license,
    bin,
    type: "module",
    os: ["linux"],
    files: ["bin", "dist", "native", "THIRD-PARTY.txt"],
    // For machines whose own Node is older. The launcher takes whichever there is, and says so when there is none.
    optionalDependencies: { node: "^24.0.0" },
  };
}

/** @param work an empty directory. @param output where the bundles are and the package goes. @returns path of the package */
export async function buildNpm(work: string, output: string): Promise<string> {
  const about = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as About;
  copyPrograms(output, work);
  // Sources: a machine of any architecture builds them for itself.
  for (const name of ["native/build", "native/wire", "native/balancer"]) copy(name, join(work, name));
  // The same for all machines that npm serves, and the only part that needs clang.
  await run([join(root, "native/build"), join(work, "native/out"), "balancer.bpf.o"]);
  writeFileSync(join(work, "package.json"), `${JSON.stringify(manifestOf(about), undefined, 2)}\n`);
  const told = await run(["npm", "pack", "--json", "--pack-destination", output], { cwd: work });
  const [packed] = JSON.parse(told) as readonly { readonly filename: string }[];
  return join(output, packed?.filename ?? "");
}
