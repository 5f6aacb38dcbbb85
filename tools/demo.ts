/**
 * `npm run demo`: a lab on this machine, the sample shop in it, and its page fetched from the lab's internet by name,
 * through the provider, with certificate checking on. The lab stays up. Exits 0 only if that page came.
 */
import { spawn, type StdioOptions } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const netwright = join(repository, "bin", "netwright");
const url = "https://shop.example.net/";

/** A failed step ends the demo with its status; the step itself said why. */
class StepFailed extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`a step ended with status ${status}`);
    this.status = status;
  }
}

function run(args: readonly string[], stdio: StdioOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(netwright, args, { cwd: repository, stdio });
    let output = "";
    child.stdout?.on("data", (chunk) => (output += String(chunk)));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (code === 0) resolve(output);
      else reject(new StepFailed(signal === null ? (code ?? 1) : 130));
    });
  });
}

const show = (...args: string[]): Promise<string> => run(args, "inherit");
const read = (...args: string[]): Promise<string> => run(args, ["inherit", "pipe", "inherit"]);
const say = (text: string): void => void process.stdout.write(text);

async function demo(): Promise<void> {
  say("A lab: internet, provider, two edge routers, three hosts\n");
  await show("lab", "up");
  say("\nA public service: examples/shop.yaml\n");
  await show("apply", "-f", "examples/shop.yaml");
  say(`\nIts page, fetched by internet1 from ${url}\n`);
  const page = await read(
    "lab",
    "exec",
    "internet1",
    "--",
    "curl",
    "--silent",
    "--show-error",
    "--max-time",
    "10",
    url,
  );
  say(`  ${page.split("\n")[0]}\n`);
  say("\nWhat exists now\n");
  await show("lab", "graph");
  await show("get", "instances");
  say(next);
}

const next = `
What to try next (bin/netwright is the command line)
  bin/netwright scale service/shop web=5                          five web servers, spread over the hosts
  bin/netwright describe service/shop                             conditions, instances, rules, events
  bin/netwright trace --from internet1 --to shop.example.net:443  every hop of a connection
  bin/netwright lab exec internet1 -- curl ${url}
  bin/netwright delete service/shop
  bin/netwright lab down                                          removes every trace
`;

// Ctrl-C reaches the step that runs; the demo ends with it, and lab down or the next lab up clears what it left.
process.on("SIGINT", () => {});
try {
  if (process.argv.includes("--down")) await show("lab", "down");
  else await demo();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  process.stderr.write("The demo did not finish. bin/netwright lab down removes what it left.\n");
  process.exitCode = error.status;
}
