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
  const values = (state?.secrets ?? []).flatMap(({ value }) =>
    value === undefined ? [] : [Buffer.from(value, "base64").toString()],
  );
  const variables = (state?.networks ?? []).flatMap(({ workloads }) =>
    workloads.flatMap(({ run }) => (run.kind === "Proxy" ? run.certificates.map(({ pem }) => keyOf(pem)) : [])),
  );
  return [...inFiles, ...values, ...variables].filter((value) => value !== "");
}

/** The private key alone: the chain before it is no secret. */
const keyOf = (pem: string): string => /-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*/.exec(pem)?.[0] ?? "";
