/** Runs a command at a node of the lab `commands` until it is killed itself: `node-command.ts NODE WORD...`. */
import { labPaths } from "../record/paths.ts";
import { startInNode } from "../command/start-in-node.ts";

const [node = "", ...argv] = process.argv.slice(2);
const print = (chunk: Buffer): void => void process.stdout.write(chunk);
await startInNode(labPaths("commands"), node, { argv }, { stdout: print, stderr: print }).exit;
