/** The key file: `nwk1 ID KEY` in each line, the key in base64, the first one in use. Beside the store, never in it. */
import { chmod } from "node:fs/promises";
import { NetwrightError, type Entropy } from "@netwright/base";
import type { Files, Store } from "@netwright/contract";
import { boxPattern, type SealingKey } from "./sealer.ts";

export type SealingKeys = readonly [SealingKey, ...SealingKey[]];

/** Its name in the state directory. */
export const keyFileName = "secrets.key";

/** Records that hold boxes. */
export const sealedPrefixes = [
  "object/Secret/",
  "ledger/template/",
  "change/",
  "certificate/",
  "identity/",
  "acme-account/",
  "acme-order/",
] as const;

/** Reads the keys, or makes the first one where the store has no secret yet. @throws NW1511 */
export async function loadKeys(files: Files, path: string, entropy: Entropy, store: Store): Promise<SealingKeys> {
  const text = await files.read(path);
  const used = usedKeys(store);
  if (text === undefined) {
    if (used.size > 0) throw keyProblem(path, "is not there, and the store has secrets that it encrypted");
    const keys = [newKey(entropy)] as const;
    await writeKeys(files, path, keys);
    return keys;
  }
  await chmod(path, 0o600);
  const keys = parseKeys(text, path);
  const missing = [...used].find((id) => !keys.some((key) => key.id === id));
  if (missing !== undefined)
    throw keyProblem(path, `lacks key ${missing}, which the store's secrets are encrypted with`);
  return keys;
}

export const newKey = (entropy: Entropy): SealingKey => ({
  id: Buffer.from(entropy.bytes(4)).toString("hex"),
  key: entropy.bytes(32),
});

export const writeKeys = (files: Files, path: string, keys: SealingKeys): Promise<void> =>
  files.write(path, keys.map(({ id, key }) => `nwk1 ${id} ${Buffer.from(key).toString("base64")}\n`).join(""), 0o600);

function parseKeys(text: string, path: string): SealingKeys {
  const keys = text
    .trim()
    .split("\n")
    .map((line) => {
      const [, id = "", base64 = ""] = /^nwk1 ([0-9a-f]{8}) ([A-Za-z0-9+/]{43}=)$/.exec(line) ?? [];
      if (id === "") throw keyProblem(path, "is no key file");
      return { id, key: Buffer.from(base64, "base64") };
    });
  const [first, ...rest] = keys;
  if (first === undefined) throw keyProblem(path, "is no key file");
  return [first, ...rest];
}

function usedKeys(store: Store): ReadonlySet<string> {
  const records = sealedPrefixes.flatMap((prefix) => store.list(prefix).records);
  return new Set(records.flatMap(({ value }) => [...value.matchAll(boxPattern)].map(([, id = ""]) => id)));
}

const keyProblem = (path: string, what: string): NetwrightError =>
  new NetwrightError("NW1511", `the key file ${path} ${what}`, {
    hint: "put it back from your backup; it is kept apart from backups of the store",
  });
