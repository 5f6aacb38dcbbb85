/**
 * The lab's verbs as a process that can be killed: `lab-command.ts up NAME MANIFEST`, `down NAME`, `exec NAME NODE WORD...`,
 * `fault NAME JSON`.
 */
import { readFault } from "@netwright/api";
import { beginFault } from "../faults/begin.ts";
import { down } from "../verbs/down.ts";
import { exec } from "../verbs/exec.ts";
import { up } from "../verbs/up.ts";
import { context, programs, readLab } from "./context.ts";

const [verb = "", name = "", ...rest] = process.argv.slice(2);
const onProgress = ({ stage, detail, took }: { stage: string; detail: string; took: number | null }): void => {
  if (took !== null) console.log(`${stage.padEnd(10)} ${detail.padEnd(40)} ${took.toFixed(0)} ms`);
};

if (verb === "up") await up(context, { name, manifest: readLab(rest[0] ?? ""), programs, onProgress });
if (verb === "down") await down(context, { name, onProgress });
if (verb === "exec") {
  const [node = "", ...command] = rest;
  process.exitCode = await exec(context, { lab: name, node, command, environment: process.env });
}
if (verb === "fault") await beginFault(context, name, readFault(JSON.parse(rest[0] ?? "")), { seed: 1 });
