/** `dns`: what a name server answers, asked by dig or kdig. */
import type { SubjectOf } from "@netwright/api";
import { NetwrightError } from "@netwright/base";
import type { CheckKind } from "./look.ts";
import { hostFor } from "./nodes.ts";

type Dns = SubjectOf<"dns">;

export interface DnsAnswer {
  readonly code: string;
  /** Of the type that was asked for: what `dig +short` would print of it. */
  readonly answers: readonly string[];
}

/** Both print alike; $0 is the look's time in seconds. */
const script = `
for dig in dig kdig; do
  command -v $dig >/dev/null && exec $dig +noall +comments +answer +tries=1 "+time=$0" "$@"
done
exit 127`;

export const dns: CheckKind<"dns"> = {
  title: ({ name, type, code }, at) => `${at}: ${name} ${type} is ${code}`,
  look: async ({ spec, at, world, limit }) => {
    const { name, type, server } = spec;
    const node = at as string;
    const asked = server === undefined ? [] : [`@${hostFor(world.topology, node, server, undefined)}`];
    const seconds = String(Math.max(1, Math.ceil(limit.timeout / 1000)));
    const argv = ["sh", "-c", script, seconds, ...asked, name, type];
    const { code, stdout, stderr, timedOut } = await world.run(node, { argv }, limit);
    if (code === 127) throw new NetwrightError("NW1602", `${node} has neither dig nor kdig`);
    const expected = printExpected(spec);
    const answer = timedOut ? undefined : parseDig(stdout, type);
    if (answer === undefined) return { ok: false, unknown: true, expected, seen: silence(stdout, stderr, server) };
    const ok = answer.code === spec.code && answersHold(spec, answer.answers);
    return { ok, expected, seen: printAnswers(answer.code, answer.answers) };
  },
};

function silence(stdout: string, stderr: string, server: string | undefined): string {
  const [, said] =
    /^;; (.*(?:refused|timed out|no servers|unreachable|failed|WARNING).*)$/im.exec(`${stdout}\n${stderr}`) ?? [];
  return `no answer from ${server ?? "the node's resolver"}${said === undefined ? "" : `: ${said}`}`;
}

/** Names of record types are not told apart by their letters' size. Undefined: there was no answer. */
export function parseDig(output: string, type: string): DnsAnswer | undefined {
  const code = /status: ([A-Z0-9]+)/.exec(output)?.[1];
  if (code === undefined) return undefined;
  const records = output
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith(";"))
    .map((line) => line.trim().split(/\s+/));
  const wanted = records.filter(([, , , each]) => type.toUpperCase() === "ANY" || each === type.toUpperCase());
  return { code, answers: wanted.map((words) => words.slice(4).join(" ")) };
}

/** Without answers named: some, where the code says that the name is there. */
export function answersHold({ answers, code }: Dns, seen: readonly string[]): boolean {
  if (answers === undefined) return code !== "NOERROR" || seen.length > 0;
  const same = (text: string): string => text.toLowerCase().replace(/\.$/, "").replaceAll('"', "");
  const [wanted, found] = [answers, seen].map((all) => all.map(same).toSorted());
  return JSON.stringify(wanted) === JSON.stringify(found);
}

const printExpected = ({ code, answers }: Dns): string =>
  answers === undefined ? (code === "NOERROR" ? "NOERROR: one answer or more" : code) : printAnswers(code, answers);

const printAnswers = (code: string, answers: readonly string[]): string =>
  `${code}: ${answers.length === 0 ? "no answers" : answers.join(", ")}`;
