/**
 * Wakes the agent when links, addresses or routes of this node or of the namespaces linked to it change.
 * What changed is not read from the monitor: the next round lists the kernel.
 */
import { spawn } from "node:child_process";
import { milliseconds, type Clock } from "@netwright/base";
import { routeProtocol, type Slot } from "@netwright/contract";

/** Our own changes come in bursts, and the round that made them looks for itself; one wake-up a burst is enough. */
const settle = milliseconds(100);
/** Routes that others change, BIRD above all, may mean that a host is gone: nothing waits for more of them. */
const settleForeign = milliseconds(5);
/** Between two wake-ups by them. It doubles up to the longest while they go on: each of many hosts hears of all others. */
const foreignGap = milliseconds(100);
const longestGap = milliseconds(1000);
const restartDelay = milliseconds(1000);

/** @param wake with the slots that may differ now */
export async function monitorKernel(
  wake: (slots: readonly Slot[]) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const forOwn = burst(settle, settle, settle, () => wake(["links", "firewall", "loadBalancer"]));
  const forForeign = burst(settleForeign, foreignGap, longestGap, () => wake(["loadBalancer"]));
  const read = (lines: string): void => {
    for (const line of lines.trim().split("\n")) {
      const subject = subjectOf(line);
      if (subject !== "Neither") (subject === "Own" ? forOwn : forForeign).note();
    }
  };
  while (!signal.aborted) {
    await oneMonitor(read, signal);
    await clock.sleep(restartDelay, signal).catch(() => {});
  }
  forOwn.cancel();
  forForeign.cancel();
}

const route = /^\[nsid (\S+)\](?:Deleted )?(?:unreachable )?(?:default|[0-9a-f:]+(?:\/\d+)?) .*?\bproto (\S+)/;
/** Of routes that may stand where ours should. By hand they have `boot`, or `static` where somebody asks for that. */
const ours: ReadonlySet<string> = new Set(["kernel", "boot", "static", String(routeProtocol)]);

/**
 * Which of our things a line of `ip -o monitor all-nsid` is about: what we make; foreign routes of this node's own
 * namespace, which neither we nor the kernel made; or neither. That is what routing daemons do elsewhere: the monitor tells
 * of every namespace at the far end of a link, and where routers and hosts are containers these are all of them. Pure.
 */
export function subjectOf(line: string): "Own" | "Foreign" | "Neither" {
  const [, namespace, protocol] = route.exec(line) ?? [];
  if (namespace === undefined || protocol === undefined) return "Own";
  if (namespace !== "current") return ours.has(protocol) ? "Own" : "Neither";
  return protocol === "kernel" || protocol === String(routeProtocol) ? "Own" : "Foreign";
}

/** One action a burst: `span` after its first note, and a gap after the last action that doubles while they follow closely. */
export function burst(
  span: number,
  shortest: number,
  longest: number,
  action: () => void,
): { readonly note: () => void; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  let last = Number.NEGATIVE_INFINITY;
  let gap = shortest;
  const act = (): void => {
    timer = undefined;
    const now = performance.now();
    gap = now - last < 2 * gap ? Math.min(longest, 2 * gap) : shortest;
    last = now;
    action();
  };
  const note = (): void => {
    timer ??= setTimeout(act, Math.max(span, last + gap - performance.now()));
  };
  return { note, cancel: () => clearTimeout(timer) };
}

function oneMonitor(read: (lines: string) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const command = ["--pdeathsig", "TERM", "ip", "-6", "-o", "monitor", "all-nsid", "link", "address", "route"];
    const monitor = spawn("setpriv", command, { stdio: ["ignore", "pipe", "ignore"] });
    monitor.stdout.setEncoding("utf8");
    monitor.stdout.on("data", read);
    const stop = () => monitor.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    const ended = () => {
      signal.removeEventListener("abort", stop);
      resolve();
    };
    monitor.on("error", ended);
    monitor.on("close", ended);
  });
}
