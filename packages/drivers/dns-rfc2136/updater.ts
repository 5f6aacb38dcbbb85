/** Keeps records in a zone equal to what is wanted: reads, writes the difference, reads again. */
import { isNetwrightError, messageOf, NetwrightError, seconds, type Diagnostic, type Ipv6 } from "@netwright/base";
import type { Runner } from "@netwright/contract";
import { checkServer, nameProblem } from "./check.ts";
import { parseAnswers, type UpdateAnswer } from "./parse.ts";
import { holds, planDns, type DnsChange } from "./plan.ts";
import { askServer, type Questions } from "./questions.ts";
import { markerName, markerText, type DnsName, type DnsRecord } from "./records.ts";
import { renderUpdate, type DnsServer } from "./render.ts";

export interface DnsUpdaterOptions extends DnsServer {
  readonly runner: Runner;
}

export interface DnsUpdater {
  /**
   * Writes every wanted record, and removes names written earlier that are no longer wanted. Names that hold
   * records of somebody else are left alone. Nothing is written when all is as wanted.
   * @returns what did not work, by name; empty when the server has been seen to answer as wanted.
   */
  apply(wanted: readonly DnsRecord[], written: readonly string[]): Promise<readonly Diagnostic[]>;
  /** What the server answers. @throws NW1505 when it does not, NW1601 when it refuses to. */
  read(names: readonly string[]): Promise<readonly DnsName[]>;
}

/** @throws NW1203 when server, zone or key cannot be right. */
export function createDnsUpdater(options: DnsUpdaterOptions): DnsUpdater {
  checkServer(options);
  const questions = askServer(options);
  const read = (names: readonly string[]): Promise<DnsName[]> => Promise.all(names.map((name) => questions.read(name)));
  return {
    read,
    async apply(wanted, written) {
      const names = [...new Set([...wanted.map(({ name }) => name), ...written])];
      const bad = names.flatMap((name) => nameProblem(name, options.zone) ?? []);
      const good = names.filter((name) => nameProblem(name, options.zone) === undefined);
      try {
        return [...bad, ...(await converge(options, questions, wanted, await read(good)))];
      } catch (error) {
        if (!isNetwrightError(error)) throw error;
        return [...bad, ...error.diagnostics];
      }
    },
  };
}

/** For callers that keep one name at a time. The function throws what `apply` reports. */
export function recordWriter(updater: DnsUpdater, ttl: number): (name: string, address: Ipv6 | null) => Promise<void> {
  return async (name, address) => {
    const wanted = address === null ? [] : [{ name, type: "AAAA" as const, address, ttl }];
    const problems = await updater.apply(wanted, [name]);
    if (problems.length > 0) throw NetwrightError.of(problems);
  };
}

/** For the same callers: whether the server answers with this address, and no other. @throws as `read`. */
export function recordReader(updater: DnsUpdater): (name: string, address: Ipv6) => Promise<boolean> {
  return async (name, address) => {
    const [found] = await updater.read([name]);
    return found?.addresses.length === 1 && found.addresses[0]?.address === address;
  };
}

async function converge(
  options: DnsUpdaterOptions,
  questions: Questions,
  wanted: readonly DnsRecord[],
  found: readonly DnsName[],
): Promise<readonly Diagnostic[]> {
  const { changes, foreign } = planDns(wanted, found);
  const problems = await Promise.all(foreign.map((name) => inTheWay(questions, name)));
  if (changes.length === 0) return problems;
  const answers = await send(options, changes);
  const judged = await Promise.all(
    changes.map((change, index) => judge(options, questions, change, answers.of[index], answers.words)),
  );
  return [...problems, ...judged.flatMap((problem) => problem ?? [])];
}

interface Answers {
  readonly of: readonly UpdateAnswer[];
  /** What nsupdate complained about. */
  readonly words: string;
}

async function send(options: DnsUpdaterOptions, changes: readonly DnsChange[]): Promise<Answers> {
  const input = renderUpdate(options, changes);
  // TCP: no limit of size, and a closed port is known at once.
  const result = await options.runner.run(["nsupdate", "-v", "-t", "5"], { input, timeout: seconds(20) });
  return { of: parseAnswers(result.stdout), words: result.stderr.trim().split("\n").join("; ") };
}

/** Undefined when the change was accepted and is seen in the zone. */
async function judge(
  options: DnsUpdaterOptions,
  questions: Questions,
  change: DnsChange,
  answer: UpdateAnswer | undefined,
  words: string,
): Promise<Diagnostic | undefined> {
  const { name } = change;
  if (answer?.status !== "NOERROR") {
    const blocked = answer?.status === "YXRRSET" || answer?.status === "NXRRSET";
    return blocked ? inTheWay(questions, name) : refusal(options, name, answer, words);
  }
  try {
    const seen = await questions.read(name);
    const done =
      holds(seen, change.kind === "Remove" ? [] : change.records) && seen.owned === (change.kind !== "Remove");
    if (done) return undefined;
  } catch (error) {
    return {
      code: "NW1505",
      subject: name,
      message: `${name} was written but cannot be verified: ${messageOf(error)}`,
    };
  }
  return {
    code: "NW1601",
    subject: name,
    message: `the name server accepted the update of ${name} but does not show it`,
  };
}

async function inTheWay(questions: Questions, name: string): Promise<Diagnostic> {
  const records = await questions.pointers(name).catch(() => []);
  const what = records.length === 0 ? "its marker is not Netwright's" : `it has ${records.join(", ")}`;
  return {
    code: "NW1606",
    subject: name,
    message: `${name} is in the zone already and not Netwright's: ${what}`,
    hint: `delete it, or hand it over with ${markerName(name)} TXT "${markerText}"`,
  };
}

function refusal(
  { server, port, zone, key }: DnsServer,
  name: string,
  answer: UpdateAnswer | undefined,
  words: string,
): Diagnostic {
  const where = `name server ${server} port ${port}`;
  if (answer === undefined) {
    return { code: "NW1505", subject: name, message: `${where} does not answer the update of ${name}: ${words}` };
  }
  if (answer.tsig !== null) {
    const hint = "compare name, algorithm and secret of the key on both sides, and both clocks";
    return {
      code: "NW1601",
      subject: name,
      message: `${where} does not accept key ${key.name} (${answer.tsig})`,
      hint,
    };
  }
  const hint = `check that it is the primary of zone ${zone} and allows updates by key ${key.name}`;
  return { code: "NW1601", subject: name, message: `${where} refuses the update of ${name} (${answer.status})`, hint };
}
