/** A command line of the lab for tests only: `node lab-command.ts up|down NAME [MANIFEST]`, so that it can be killed. */
import { readFileSync } from "node:fs";
import { systemClock, systemEntropy } from "@netwright/base/node-clock.ts";
import { kinds, type Lab } from "@netwright/api";
import { nodeFiles, nodeProcesses, nodeRunner } from "@netwright/system";
import { down } from "../verbs/down.ts";
import { up } from "../verbs/up.ts";

const [verb, name = "default", file] = process.argv.slice(2);
const context = { runner: nodeRunner, files: nodeFiles, processes: nodeProcesses, clock: systemClock, entropy: systemEntropy };
const onProgress = ({ stage, detail, took }: { stage: string; detail: string; took: number | null }): void => {
  if (took !== null) console.log(`${stage.padEnd(10)} ${detail.padEnd(40)} ${took.toFixed(0)} ms`);
};
if (verb === "down") await down(context, { name, onProgress });
else {
  const programs = { server: ["false"], agent: ["false"] } as const;
  const manifest = kinds.Lab.complete(kinds.Lab.schema.parse(JSON.parse(readFileSync(file as string, "utf8")))) as Lab;
  await up(context, { name, manifest, programs, onProgress });
}
