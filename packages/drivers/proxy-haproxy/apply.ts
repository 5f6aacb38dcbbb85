/** Carries out changes one after the other; a failure of one instance does not stop the others. */
import { isNetwrightError, milliseconds, NetwrightError } from "@netwright/base";
import type { NodeSystem, Problem } from "@netwright/contract";
import { membersIn, parseStat, type RuntimeMember } from "./parse.ts";
import { serverOf, type ProxyChange } from "./plan.ts";
import { endProcesses, endProxy, startProxy, stopProxy, writeFiles } from "./process.ts";
import { ask } from "./runtime-api.ts";

export async function apply(system: NodeSystem, changes: readonly ProxyChange[]): Promise<readonly Problem[]> {
  const byInstance = Map.groupBy(changes, ({ name }) => name);
  const problems = await Promise.all([...byInstance].map(([name, own]) => applyInstance(system, name, own)));
  return problems.flat();
}

/** The rest of an instance's changes rests on the one before: the first failure ends its round. */
async function applyInstance(
  system: NodeSystem,
  name: string,
  changes: readonly ProxyChange[],
): Promise<readonly Problem[]> {
  try {
    for (const change of changes) await applyChange(system, change);
    return [];
  } catch (error) {
    if (!isNetwrightError(error)) throw error;
    return [{ slot: "proxy", code: error.code, message: `proxy ${name}: ${error.message}`, subject: name }];
  }
}

async function applyChange(system: NodeSystem, change: ProxyChange): Promise<void> {
  const { layout } = change;
  const { socket } = layout;
  switch (change.kind) {
    case "Start":
      if (change.hung !== null) await endProcesses(system, [change.hung], "SIGKILL");
      await system.files.remove(layout.stopping);
      return startProxy(system, change, change.files);
    case "Reload":
      return startProxy(system, change, change.files, ["-x", socket, "-sf", String(change.pid)]);
    case "AddMember":
      return add(socket, change.server, `${change.address} ${change.options}`);
    case "MoveMember":
      return command(socket, `set server ${change.server} addr ${change.address} port ${change.port}`);
    case "EnableMember":
      return enable(socket, change.server);
    case "ReplaceCertificate":
      // The payload ends at the first empty line.
      await command(
        socket,
        `set ssl cert ${change.path} <<\n${change.pem.replace(/\n\n+/g, "\n").trim()}\n`,
        "Transaction",
      );
      return command(socket, `commit ssl cert ${change.path}`, "Success");
    case "AddChallenge":
      return command(socket, `add map ${layout.challenges} ${change.path} ${change.answer}`, "");
    case "RemoveChallenge":
      return command(socket, `del map ${layout.challenges} ${change.path}`, "");
    case "WriteFiles":
      return writeFiles(system, change.files);
    case "RemoveMember":
      return removeMember(system, socket, change);
    case "RemoveFile":
      return system.files.remove(change.path);
    case "Stop":
      return stopProxy(system, layout, change.processes);
    case "Kill":
      return endProxy(system, layout, change.processes, "SIGKILL");
  }
}

/**
 * It counts as down until its first check has passed: its host may still be making its links. In one go, as the first
 * check comes `fastinter` after the start of the server, and only `inter` later where checks are not enabled by then.
 */
async function add(socket: string, server: string, rest: string): Promise<void> {
  const steps = [
    `add server ${server} ${rest}`,
    `enable health ${server}`,
    `set server ${server} state ready`,
    `set server ${server} health down`,
  ];
  const answer = (await ask(socket, steps.join("; "))).trim();
  if (/^New server registered\.?$/.test(answer)) return;
  throw new NetwrightError("NW1601", `HAProxy refused to add ${server}: ${answer.replaceAll(/\s+/g, " ")}`);
}

/** Back from maintenance or from draining. */
async function enable(socket: string, server: string): Promise<void> {
  await command(socket, `enable health ${server}`, "");
  await command(socket, `set server ${server} state ready`, "");
}

/** @throws NW1601 unless the answer holds what success prints; by default any answer will do. */
async function command(socket: string, text: string, success?: string): Promise<void> {
  const answer = (await ask(socket, text)).trim();
  const done = success === undefined || (success === "" ? answer === "" : answer.includes(success));
  if (!done) throw new NetwrightError("NW1601", `HAProxy refused ${JSON.stringify(text.split("\n", 1)[0])}: ${answer}`);
}

const patience = milliseconds(200);

/**
 * One of those that come in its place serves first, and requests under way may end. Where that takes longer than a moment
 * the member is removed by a later round.
 */
async function removeMember(
  { clock }: NodeSystem,
  socket: string,
  { server, after }: Pick<Extract<ProxyChange, { kind: "RemoveMember" }>, "server" | "after">,
): Promise<void> {
  const soon = async (holds: (members: readonly RuntimeMember[]) => boolean): Promise<boolean> => {
    const deadline = clock.monotonic() + patience;
    while (!holds(membersIn(parseStat(await ask(socket, "show stat"))))) {
      if (clock.monotonic() > deadline) return false;
      await clock.sleep(milliseconds(10));
    }
    return true;
  };
  const serves = (member: RuntimeMember): boolean => member.status === "Up" && after.includes(serverOf(member));
  if (after.length > 0 && !(await soon((members) => members.some(serves)))) return;
  await command(socket, `set server ${server} state drain`, "");
  if (!(await soon((members) => members.every((each) => serverOf(each) !== server || each.sessions === 0)))) return;
  await command(socket, `set server ${server} state maint`, "");
  const answer = (await ask(socket, `del server ${server}`)).trim();
  if (answer.includes("Server deleted")) return;
  // A request slipped in between the count and the maintenance state, and is still served: a later round.
  if (!answer.includes("still has connections")) {
    throw new NetwrightError("NW1601", `HAProxy refused to remove ${server}: ${answer}`);
  }
}
