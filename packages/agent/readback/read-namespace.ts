/** One namespace, by one shell in it: a shell forks in a tenth of the time that this program needs for it. */
import { messageOf, seconds } from "@netwright/base";
import { readbackSettings, type NamespaceReadback, type NodeSystem } from "@netwright/contract";

/** Octets of one answer. */
const largest = 32 * 2 ** 20;
const patience = seconds(30);

/** Stands in nothing that these programs print. */
const separator = "\x1e";
const questions = ["link show", "address show", "neigh show", "route show table all", "rule show"] as const;

const script = `ask() { { "$@" || echo "$*: status $?" >&2; } | head -c ${largest + 1}; printf '\\036'; }
ask nft -a -s -y list ruleset
ask ip -6 -j -d -batch - <<'END'
${questions.join("\n")}
END
case $1 in nwn-*) ask bridge -j fdb show ;; *) printf '\\036' ;; esac
for path in ${readbackSettings.join(" ")}; do
  [ -r "/proc/sys/net/$path" ] || continue
  # The status says that no end of the line was seen: a second read of these files gives nothing.
  value=; read -r value <"/proc/sys/net/$path"; echo "$path $value"
done
:`;

type Answers = Omit<NamespaceReadback, "netns" | "problem">;

const nothing: Answers = {
  ruleset: "",
  links: "",
  addresses: "",
  neighbours: "",
  routes: "",
  rules: "",
  fdb: "",
  settings: {},
};

/** Never throws: what could not be read is its problem. @param netns null: the node's own */
export async function readNamespace(
  { runner }: NodeSystem,
  netns: string | null,
  signal: AbortSignal,
): Promise<NamespaceReadback> {
  try {
    const options = { timeout: patience, signal, ...(netns === null ? {} : { netns }) };
    const { stdout, stderr } = await runner.run(["sh", "-c", script, "sh", netns ?? ""], options);
    return { netns, ...parseAnswers(stdout), problem: problemOf(stdout, stderr) };
  } catch (error) {
    return { netns, ...nothing, problem: messageOf(error) };
  }
}

function parseAnswers(stdout: string): Answers {
  const [ruleset = "", ip = "", fdb = "", settings = ""] = stdout.split(separator);
  const [links = "", addresses = "", neighbours = "", routes = "", rules = ""] = ip
    .split("\n")
    .filter((line) => line.startsWith("["));
  const values = settings.split("\n").flatMap((line) => (line === "" ? [] : [line.split(" ") as [string, string]]));
  return {
    ruleset,
    links,
    addresses,
    neighbours,
    routes,
    rules,
    fdb: fdb.trim(),
    settings: Object.fromEntries(values),
  };
}

function problemOf(stdout: string, stderr: string): string | null {
  const said = stderr.trim();
  if (said !== "") return said.split("\n").slice(-5).join("; ").slice(-1000);
  const parts = stdout.split(separator);
  if (parts.length !== 4) return "the answer is not whole";
  return parts.some((part) => Buffer.byteLength(part) > largest) ? `longer than ${largest} octets` : null;
}
