/**
 * Wakes the agent when links, addresses or routes of this node or of the namespaces linked to it change.
 * What changed is not read from the monitor: the next round lists the kernel.
 */
import { spawn } from "node:child_process";
import { milliseconds, type Clock } from "@netwright/base";

/** Changes come in bursts, our own among them; one wake-up a burst is enough. */
const settle = milliseconds(100);
const restartDelay = milliseconds(1000);

export async function monitorKernel(wake: () => void, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await oneMonitor(wake, signal);
    await clock.sleep(restartDelay, signal).catch(() => {});
  }
}

function oneMonitor(wake: () => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const monitor = spawn(
      "setpriv",
      ["--pdeathsig", "TERM", "ip", "-6", "-o", "monitor", "all-nsid", "link", "address", "route"],
      {
        stdio: ["ignore", "pipe", "ignore"],
      },
    );
    let timer: NodeJS.Timeout | undefined;
    monitor.stdout.on("data", () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        wake();
      }, settle);
    });
    const stop = () => monitor.kill("SIGTERM");
    signal.addEventListener("abort", stop, { once: true });
    const ended = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      resolve();
    };
    monitor.on("error", ended);
    monitor.on("close", ended);
  });
}
