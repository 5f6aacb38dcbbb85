/** Rules of one `workload`. */
import { earlierWith, finding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import { validateFile } from "./validate-file.ts";
import { validateVolumes } from "./volume.ts";
import type { Workload } from "./workload.ts";

export function validateWorkload(workload: Workload, path: FieldPath): readonly Finding[] {
  const { image, command, args, env, files, volumes = [] } = workload;
  const missing = finding("NW1202", [...path, "command"], "is required with image: host", "the program to run");
  const noProgram = finding("NW1203", [...path, "command", 0], "is empty", "the program to run");
  return [
    ...(image === "host" && command.length === 0 ? [missing] : []),
    ...(command[0] === "" ? [noProgram] : []),
    ...args.flatMap((text, index) => nulFindings(text, [...path, "args", index])),
    ...command.flatMap((text, index) => nulFindings(text, [...path, "command", index])),
    ...env.flatMap((_, index) => envFindings(env, index, [...path, "env", index])),
    ...files.flatMap((_, index) => validateFile(files, index, [...path, "files", index])),
    ...validateVolumes(volumes, files, [...path, "volumes"]),
  ];
}

/** execve(2) ends every argument and variable at its first NUL. */
function nulFindings(text: string, path: FieldPath): readonly Finding[] {
  if (!text.includes("\0")) return [];
  return [finding("NW1203", path, "holds a NUL character", "arguments and variables cannot hold one")];
}

function envFindings(env: Workload["env"], index: number, path: FieldPath): readonly Finding[] {
  const { name = "", value = "" } = env[index] ?? {};
  const shown = JSON.stringify(name.slice(0, 80));
  const hint = "letters, digits and underscores, not beginning with a digit";
  const bad = finding("NW1203", [...path, "name"], `${shown} is not a name of a variable`, hint);
  const earlier = earlierWith(env, index, "name");
  const twice = finding("NW1205", [...path, "name"], `${shown} is set by env[${earlier}] too`, "keep one of them");
  return [
    ...(/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? [] : [bad]),
    ...(earlier === undefined ? [] : [twice]),
    ...nulFindings(value, [...path, "value"]),
  ];
}
