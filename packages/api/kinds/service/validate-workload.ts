/** Rules of one `workload`. */
import type { FieldPath, Finding } from "../kind.ts";
import type { Workload, WorkloadFileEntry } from "./workload.ts";

export function validateWorkload({ command, env, files }: Workload, path: FieldPath): readonly Finding[] {
  return [
    ...command.flatMap((text, index) => nulFindings(text, [...path, "command", index])),
    ...(command[0] === ""
      ? [{ code: "NW1203" as const, path: [...path, "command", 0], message: "is empty", hint: "the program to run" }]
      : []),
    ...env.flatMap(({ name, value }, index) => [
      ...envNameFindings(env, index, name, [...path, "env", index, "name"]),
      ...nulFindings(value, [...path, "env", index, "value"]),
    ]),
    ...files.flatMap((file, index) => fileFindings(files, file, index, [...path, "files", index])),
  ];
}

/** execve(2) ends every argument and variable at its first NUL. */
function nulFindings(text: string, path: FieldPath): readonly Finding[] {
  return text.includes("\0")
    ? [{ code: "NW1203", path, message: "holds a NUL character", hint: "arguments and variables cannot hold one" }]
    : [];
}

function envNameFindings(env: Workload["env"], index: number, name: string, path: FieldPath): readonly Finding[] {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return [
      {
        code: "NW1203",
        path,
        message: `${JSON.stringify(name.slice(0, 80))} is not a name of a variable`,
        hint: "letters, digits and underscores, not beginning with a digit",
      },
    ];
  }
  const earlier = env.findIndex((other) => other.name === name);
  return earlier === index
    ? []
    : [{ code: "NW1205", path, message: `${name} is set by env[${earlier}] too`, hint: "keep one of them" }];
}

function fileFindings(
  files: Workload["files"],
  file: WorkloadFileEntry,
  index: number,
  path: FieldPath,
): readonly Finding[] {
  const { source, content } = file;
  const from: readonly Finding[] =
    (source === undefined) === (content === undefined)
      ? [
          {
            code: "NW1205",
            path,
            message: "names neither or both of source and content",
            hint: "source: a file beside the manifest, or content: the text itself",
          },
        ]
      : [];
  const earlier = files.findIndex((other) => other.path === file.path);
  const twice: readonly Finding[] =
    earlier === index
      ? []
      : [
          {
            code: "NW1205",
            path: [...path, "path"],
            message: `${file.path.slice(0, 80)} is files[${earlier}] too`,
            hint: "every file has its own path",
          },
        ];
  return [
    ...targetFindings(file.path, [...path, "path"]),
    ...from,
    ...twice,
    ...sourceFindings(source, [...path, "source"]),
    ...contentFindings(file, path),
  ];
}

const steps = (text: string): readonly string[] => text.split("/");

function targetFindings(text: string, path: FieldPath): readonly Finding[] {
  const [root, ...rest] = steps(text);
  const plain = rest.length > 0 && rest.every((step) => step !== "" && step !== "." && step !== "..");
  if (root === "" && plain && text.length <= 1024 && !text.includes("\0")) return [];
  return [
    {
      code: "NW1203",
      path,
      message: `${JSON.stringify(text.slice(0, 80))} is not an absolute path of a file`,
      hint: "for example /srv/index.html; no . and no ..",
    },
  ];
}

function sourceFindings(source: string | undefined, path: FieldPath): readonly Finding[] {
  if (source === undefined) return [];
  const inside = source !== "" && !source.startsWith("/") && !steps(source).includes("..") && !source.includes("\0");
  if (inside && source.length <= 1024) return [];
  return [
    {
      code: "NW1203",
      path,
      message: `${JSON.stringify(source.slice(0, 80))} does not lie in the manifest's directory`,
      hint: "a relative path without .., for example site/index.html",
    },
  ];
}

function contentFindings({ content, encoding, source }: WorkloadFileEntry, path: FieldPath): readonly Finding[] {
  if (encoding === "utf8") return [];
  if (source !== undefined)
    return [
      {
        code: "NW1205",
        path: [...path, "encoding"],
        message: "is for content, not for source",
        hint: "leave it out",
        onKey: true,
      },
    ];
  if (content === undefined || isBase64(content)) return [];
  return [
    {
      code: "NW1203",
      path: [...path, "content"],
      message: "is not base64 (RFC 4648 section 4)",
      hint: "leave encoding out for plain text",
    },
  ];
}

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
