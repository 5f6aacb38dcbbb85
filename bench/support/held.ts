/** Connections that are held through a service, and what became of them. */
import type { BenchLab } from "./lab.ts";
import { background, until } from "./shell.ts";

export interface HeldCounts {
  readonly opened: number;
  readonly held: number;
  readonly answered: number;
  /** By how they ended: an error's code, `closed` by the other end, or `silence`. */
  readonly lost: Record<string, number>;
}

export interface Held {
  counts(): HeldCounts;
  stop(): Promise<void>;
}

export const lostOf = ({ lost }: HeldCounts): number => Object.values(lost).reduce((sum, count) => sum + count, 0);

/** Resolves when all are open and each has been answered once. */
export async function holdConnections(lab: BenchLab, address: string, port: number, count: number): Promise<Held> {
  const program = [process.execPath, `${import.meta.dirname}/../programs/held-connections.ts`];
  const limit = ["prlimit", `--nofile=${count + 100}`];
  const words = [address, port, count, 1000, 5000].map(String);
  let latest: HeldCounts = { opened: 0, held: 0, answered: 0, lost: {} };
  const client = background(lab.at("internet1", ...limit, ...program, ...words), (line) => {
    latest = JSON.parse(line) as HeldCounts;
  });
  const isThere = (): boolean => latest.held + lostOf(latest) >= count && latest.answered >= count;
  await until(`${count} connections are held`, isThere, 90_000, 100);
  return { counts: () => latest, stop: () => client.stop() };
}
