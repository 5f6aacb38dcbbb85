import { chmod } from "node:fs/promises";
import { NetwrightError, type Entropy } from "@netwright/base";
import type { Files } from "@netwright/contract";

/** Reads the first admin's token, or makes one and writes it with mode 0600. @throws NW1107 when it is too short to be one. */
export async function readAdminToken(files: Files, path: string, entropy: Entropy): Promise<string> {
  if (!(await files.exists(path))) {
    await files.write(path, `nw_admin_${Buffer.from(entropy.bytes(32)).toString("base64url")}\n`, 0o600);
  }
  await chmod(path, 0o600);
  const token = ((await files.read(path)) ?? "").trim();
  if (token.length < 32) throw new NetwrightError("NW1107", `${path} holds no token of at least 32 characters`);
  return token;
}
