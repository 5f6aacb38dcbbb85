/** Rules of how a workload's program runs: as whom, where, and what it may write. */
import { finding } from "../finding.ts";
import type { FieldPath, Finding } from "../kind.ts";
import type { Workload } from "./workload.ts";

export function validateProcess(
  { image, workingDir, user, readOnlyRoot, writable = [], resources }: Workload,
  path: FieldPath,
): readonly Finding[] {
  const writableHost = finding(
    "NW1205",
    [...path, "readOnlyRoot"],
    "cannot be false with image: host",
    "name the directories that it writes to in writable",
  );
  const nothingWritten = finding(
    "NW1205",
    [...path, "resources", "ephemeralStorage"],
    "limits what is written over the image, and readOnlyRoot lets nothing be written there",
    "write readOnlyRoot: false, or leave it out; writable directories are in memory, 64Mi each",
  );
  return [
    ...(workingDir === undefined ? [] : directoryFindings(workingDir, [...path, "workingDir"])),
    ...(user === undefined ? [] : userFindings(user, image, [...path, "user"])),
    ...(image === "host" && !readOnlyRoot ? [writableHost] : []),
    ...(resources.ephemeralStorage !== undefined && readOnlyRoot ? [nothingWritten] : []),
    ...writable.flatMap((_, index) => writableFindings(writable, index, [...path, "writable", index])),
  ];
}

function directoryFindings(text: string, path: FieldPath): readonly Finding[] {
  const steps = new Set(text.split("/"));
  const plain = /^\/[^\0]*$/.test(text) && text.length <= 1024 && !steps.has("..") && !steps.has(".");
  if (plain) return [];
  return [
    finding("NW1203", path, `${JSON.stringify(text.slice(0, 80))} is not an absolute path`, "for example /srv/shop"),
  ];
}

const systemDirectories: ReadonlySet<string> = new Set(["", "dev", "proc", "sys"]);

function writableFindings(all: readonly string[], index: number, path: FieldPath): readonly Finding[] {
  const text = all[index] ?? "";
  const bad = directoryFindings(text, path);
  if (bad.length > 0) return bad;
  const hint = "name a directory of the program's own, for example /var/cache/shop";
  if (systemDirectories.has(text.split("/")[1] ?? "") || text.endsWith("/"))
    return [finding("NW1203", path, `${text} cannot be made writable`, hint)];
  return all.indexOf(text) === index ? [] : [finding("NW1205", path, `${text} stands twice`, "write it once")];
}

const name = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}";
const idMax = 0xffff_fffe;

/** Names are looked up in the image. As root a program could read what only the host's root may. */
function userFindings(user: string, image: string, path: FieldPath): readonly Finding[] {
  const shown = JSON.stringify(user.slice(0, 80));
  if (image !== "host") {
    if (new RegExp(`^${name}(:${name})?$`).test(user)) return [];
    return [finding("NW1203", path, `${shown} is not a user`, "USER or USER:GROUP, each a name or a number")];
  }
  const hint = "write a number, or two with a colon, for example 1000:1000";
  const [, uid = "", gid = "1"] = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(user) ?? [];
  if (uid === "" || Math.max(Number(uid), Number(gid)) > idMax)
    return [finding("NW1203", path, `${shown} is not a user by number, which image: host needs`, hint)];
  if (Number(uid) > 0 && Number(gid) > 0) return [];
  return [finding("NW1203", path, `${shown}: root of the host's own files is not for workloads`, hint)];
}
