/**
 * Time that passes for the server of a lab: while it is down, what it says of certificates is made older. Clocks stay as
 * they are, and so do the certificates.
 */
import { DatabaseSync } from "node:sqlite";
import type { LiveLab } from "./live-lab.ts";
import { supervisorOf } from "./supervisor.ts";
import { until } from "./until.ts";

interface Life {
  readonly notBefore: number;
  readonly notAfter: number;
}

interface Identity {
  readonly proxy: Life;
  readonly tiers: Readonly<Record<string, Life>>;
}

/** Of what a service's `mutualTls` is known by. @param span in milliseconds */
export const ageIdentity = (lab: LiveLab, service: string, span: number): Promise<void> =>
  ageRecord<Identity>(lab, `identity/default/${service}`, ({ proxy, tiers, ...rest }) => ({
    ...rest,
    proxy: older(proxy, span),
    tiers: Object.fromEntries(Object.entries(tiers).map(([tier, life]) => [tier, older(life, span)])),
  }));

/** Of what a hostname is served with. @param span in milliseconds */
export const ageCertificate = (lab: LiveLab, hostname: string, span: number): Promise<void> =>
  ageRecord<Life>(lab, `certificate/${hostname}`, (record) => older(record, span));

const older = <T extends Life>(life: T, span: number): T => ({
  ...life,
  notBefore: life.notBefore - span,
  notAfter: life.notAfter - span,
});

async function ageRecord<T>(lab: LiveLab, key: string, change: (record: T) => T): Promise<void> {
  const supervisor = supervisorOf(lab, "control.server.log");
  const path = `/run/netwright/labs/${lab.name}/state/control/lib/server/store.db`;
  process.kill(supervisor, "SIGSTOP");
  try {
    await lab.at("control", "kill -9 $(pgrep -f '[s]erve --unix=')");
    await until("the store is free", async () => tryChange(path, key, change), Boolean);
  } finally {
    process.kill(supervisor, "SIGCONT");
  }
}

/** False while the server still has the store. */
function tryChange<T>(path: string, key: string, change: (record: T) => T): boolean {
  const database = new DatabaseSync(path);
  try {
    const { value } = database.prepare("SELECT value FROM records WHERE key = ?").get(key) as { value: string };
    const changed = JSON.stringify(change(JSON.parse(value) as T));
    database.prepare("UPDATE records SET value = ? WHERE key = ?").run(changed, key);
    return true;
  } catch (error) {
    if ((error as { errstr?: string }).errstr === "database is locked") return false;
    throw error;
  } finally {
    database.close();
  }
}
