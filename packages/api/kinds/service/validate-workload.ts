/** Rules of one `workload`. */
import { earlierWith, exactlyOne, finding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import { validateFile } from "./validate-file.ts";
import { validateProcess } from "./validate-process.ts";
import { validateVolumes } from "./volume.ts";
import type { Workload } from "./workload.ts";

export function validateWorkload(workload: Workload, path: FieldPath): readonly Finding[] {
  const { image, command, args, env, envFrom = [], files, volumes = [] } = workload;
  const missing = finding("NW1202", [...path, "command"], "is required with image: host", "the program to run");
  const noProgram = finding("NW1203", [...path, "command", 0], "is empty", "the program to run");
  return [
    ...(image === "host" && command.length === 0 ? [missing] : []),
    ...(command[0] === "" ? [noProgram] : []),
    ...validateProcess(workload, path),
    ...args.flatMap((text, index) => nulFindings(text, [...path, "args", index])),
    ...command.flatMap((text, index) => nulFindings(text, [...path, "command", index])),
    ...env.flatMap((_, index) => envFindings(env, index, [...path, "env", index])),
    ...envFrom.flatMap((each, index) => envFromFindings(each, [...path, "envFrom", index])),
    ...files.flatMap((_, index) => validateFile(files, index, [...path, "files", index])),
    ...validateVolumes(volumes, files, [...path, "volumes"]),
  ];
}

/** execve(2) ends every argument and variable at its first NUL. */
function nulFindings(text: string, path: FieldPath): readonly Finding[] {
  if (!text.includes("\0")) return [];
  return [finding("NW1203", path, "holds a NUL character", "arguments and variables cannot hold one")];
}

/** What a shell can name; what execve(2) takes is more. */
export const isVariableName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);

export const variableHint = "letters, digits and underscores, not beginning with a digit";

function envFromFindings(entry: NonNullable<Workload["envFrom"]>[number], path: FieldPath): readonly Finding[] {
  const { prefix } = entry;
  const bad = finding(
    "NW1203",
    [...path, "prefix"],
    `${JSON.stringify(prefix.slice(0, 80))} begins no name`,
    variableHint,
  );
  return [
    ...exactlyOne(entry, ["secret", "config"], path, "write secret: NAME, or config: NAME"),
    ...(prefix === "" || isVariableName(prefix) ? [] : [bad]),
  ];
}

function envFindings(env: Workload["env"], index: number, path: FieldPath): readonly Finding[] {
  const entry = env[index] ?? { name: "" };
  const { name, value = "" } = entry;
  const shown = JSON.stringify(name.slice(0, 80));
  const hint = variableHint;
  const bad = finding("NW1203", [...path, "name"], `${shown} is not a name of a variable`, hint);
  const earlier = earlierWith(env, index, "name");
  const twice = finding("NW1205", [...path, "name"], `${shown} is set by env[${earlier}] too`, "keep one of them");
  return [
    ...(isVariableName(name) ? [] : [bad]),
    ...exactlyOne(
      entry,
      ["value", "secret", "config"],
      path,
      "write its value, or the name and key of a Secret or Config",
    ),
    ...(earlier === undefined ? [] : [twice]),
    ...nulFindings(value, [...path, "value"]),
  ];
}
