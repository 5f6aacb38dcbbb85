/** Which package may import which. The table of docs/design/0001-shape.md, and why each other edge is forbidden. */

/** Every package and what its shipped code may import. A path is one folder or one file of a package. */
export const allowed: Readonly<Record<string, readonly string[]>> = {
  base: [],
  api: ["base"],
  contract: ["base"],
  model: ["base", "api", "contract"],
  prove: ["base", "api", "contract", "model"],
  compiler: ["base", "api", "contract", "model"],
  autoscale: ["base", "api"],
  drivers: ["base", "contract"],
  store: ["base", "contract"],
  system: ["base", "contract"],
  server: [
    "base",
    "api",
    "contract",
    "model",
    "prove",
    "compiler",
    "autoscale",
    "store",
    "drivers/dns-rfc2136",
    "system",
  ],
  agent: ["base", "api", "contract", "drivers", "system"],
  // There is one program to install: the verbs `server run`, `agent run`, `doctor` and `support-bundle` load these files of the two
  // programs and nothing else of them.
  cli: [
    "base",
    "api",
    "contract",
    "model",
    "prove",
    // `verify` works without a server: it compiles, renders and proves what it reads.
    "compiler",
    "drivers/nftables",
    "drivers/firewall-nftables",
    "autoscale",
    "lab",
    "scenario",
    "system",
    "server/main.ts",
    "agent/main.ts",
    "agent/doctor.ts",
    "agent/local-facts.ts",
  ],
  // Images are one thing, whoever runs them; the store is no driver of a slot.
  lab: ["base", "api", "contract", "system", "drivers/image-store"],
  scenario: ["base", "api", "contract", "lab", "system/probing"],
  testkit: ["base", "api", "contract"],
};

/** Tests also use the fakes and suites of testkit, and the real machine. */
export const allowedInTests: readonly string[] = ["testkit", "system"];

/** What is judged may be looked at by the tests of the judge. */
const allowedInTestsOf: Readonly<Record<string, readonly string[]>> = { prove: ["drivers", "agent/readback"] };

/** Why a package may not be imported by those that are not allowed to. */
const whyNotTarget: Readonly<Record<string, string>> = {
  api: "manifests are for people; drivers and stores work from the contract alone",
  contract: "base and api know nothing of hosts and drivers, so that they can be used without them",
  prove: "a proof is a judge of what others decide and render; what it judges must not lean on it",
  model: "the model is a judge of the data path; what builds the data path must not lean on it",
  compiler: "deciding belongs to the server; everybody else works from what was decided, HostState",
  autoscale: "how many instances there are is decided in one place, the server, and tried out on the command line",
  drivers: "engines are the agent's; others speak of classes, ports and prefixes, never of an engine's text",
  store: "only the server keeps state; others ask it over HTTP",
  system: "real programs and files are injected by programs; a library that reaches for them cannot be tested",
  server: "a program is talked to over HTTP, never linked",
  agent: "a program is started and talked to, never linked",
  cli: "the command line is the outermost shell; what others need of it belongs in a package of its own",
  lab: "the product must not know that it runs in a lab",
  scenario: "tests of people's services are a tool beside the product, which works without it",
  testkit: "fakes must not reach shipped code",
};

/** Reasons sharper than those of the target alone. */
const whyNotEdge: Readonly<Record<string, string>> = {
  "compiler -> drivers": "the compiler is pure and speaks the contract: a second engine for a slot must not change it",
  "agent -> compiler": "an agent converges on what it is given; two places that decide will disagree",
  "agent -> store": "an agent keeps nothing that the server does not know; its state is the kernel",
  "drivers -> api": "a driver that reads manifests would decide; it renders HostState",
  "cli -> server": "the command line works with any server it can reach, so it must use the HTTP API only",
  "lab -> server": "the lab starts the server as any machine would; linking it would test something else",
  "lab -> agent": "the lab starts agents as any machine would; linking them would test something else",
  "server -> drivers": "the server touches no host; only DNS updates, which are a network protocol, are its own",
  "contract -> api": "the contract outlives the form in which people write manifests",
};

export function reasonAgainst(from: string, to: string): string {
  const target = to.split("/")[0] ?? to;
  return whyNotEdge[`${from} -> ${target}`] ?? whyNotTarget[target] ?? "there is no such package in the shape";
}

/**
 * @param to a package, or a package and a path in it, for example `drivers/dns-rfc2136/index.ts`
 * @returns the reason against the edge, undefined when it is allowed
 */
export function judgeEdge(from: string, to: string, inTest: boolean): string | undefined {
  const target = to.split("/")[0] ?? to;
  if (target === from) return "inside a package imports are relative, so that a package can be renamed";
  const grants = [...(allowed[from] ?? []), ...(inTest ? [...allowedInTests, ...(allowedInTestsOf[from] ?? [])] : [])];
  const granted = grants.some((grant) => to === grant || to.startsWith(`${grant}/`));
  return granted ? undefined : reasonAgainst(from, to);
}
