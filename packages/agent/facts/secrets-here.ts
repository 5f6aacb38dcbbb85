/** Every secret that this node has been given, so that it can be found in what the node tells. */
import { join } from "node:path";
import type { HostState, NodeSystem } from "@netwright/contract";

export async function secretsOf(
  { files, paths }: NodeSystem,
  state: HostState | undefined,
): Promise<readonly string[]> {
  const passwordFiles = (state?.bgp.neighbors ?? []).flatMap(({ foreign }) => foreign?.passwordFile ?? []);
  const read = [...passwordFiles, join(paths.state, "agent.token")].map((path) =>
    files.read(path).catch(() => undefined),
  );
  const inFiles = (await Promise.all(read)).flatMap((text) => (text === undefined ? [] : [text.trim()]));
  const values = (state?.secrets ?? []).flatMap(({ value }) => {
    const text = value === undefined ? "" : Buffer.from(value, "base64").toString();
    return [text, keyOf(text)];
  });
  return [...inFiles, ...values].filter((value) => value !== "");
}

/** The private key alone: what is told may have it without the chain before it. */
const keyOf = (pem: string): string => /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*/.exec(pem)?.[0] ?? "";
