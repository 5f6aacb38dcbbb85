/**
 * Days that pass for the server of a lab: while it is down, what it says of the certificates of a service's `mutualTls` is
 * made older. Clocks stay as they are, and so do the certificates.
 */
import { DatabaseSync } from "node:sqlite";
import type { LiveLab } from "./live-lab.ts";
import { supervisorOf } from "./supervisor.ts";
import { until } from "./until.ts";

interface Leaf {
  readonly notBefore: number;
  readonly notAfter: number;
}

interface Identity {
  readonly proxy: Leaf;
  readonly tiers: Readonly<Record<string, Leaf>>;
}

export async function ageIdentity(lab: LiveLab, service: string, days: number): Promise<void> {
  const supervisor = supervisorOf(lab, "control.server.log");
  process.kill(supervisor, "SIGSTOP");
  try {
    await lab.at("control", "kill -9 $(pgrep -f '[s]erve --unix=')");
    await until(
      "the store is free",
      async () =>
        tryAge(`/run/netwright/labs/${lab.name}/state/control/lib/server/store.db`, service, days * 86_400_000),
      (done) => done,
    );
  } finally {
    process.kill(supervisor, "SIGCONT");
  }
}

/** False while the server still has the store. */
function tryAge(path: string, service: string, span: number): boolean {
  const database = new DatabaseSync(path);
  try {
    const key = `identity/default/${service}`;
    const { value } = database.prepare("SELECT value FROM records WHERE key = ?").get(key) as { value: string };
    const aged = JSON.stringify(older(JSON.parse(value) as Identity, span));
    database.prepare("UPDATE records SET value = ? WHERE key = ?").run(aged, key);
    return true;
  } catch (error) {
    if ((error as { errstr?: string }).errstr === "database is locked") return false;
    throw error;
  } finally {
    database.close();
  }
}

function older(identity: Identity, span: number): Identity {
  const back = (leaf: Leaf): Leaf => ({
    ...leaf,
    notBefore: leaf.notBefore - span,
    notAfter: leaf.notAfter - span,
  });
  const tiers = Object.entries(identity.tiers).map(([tier, leaf]) => [tier, back(leaf)] as const);
  return { ...identity, proxy: back(identity.proxy), tiers: Object.fromEntries(tiers) };
}
