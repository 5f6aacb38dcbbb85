/** One health check of an instance, asked from inside its own network namespace. */
import { messageOf, milliseconds } from "@netwright/base";
import {
  workloadNamespace,
  type HealthCheck,
  type NodePaths,
  type NodeSystem,
  type WorkloadState,
} from "@netwright/contract";
import { bundleOf } from "./layout.ts";
import { containerOf, generationOf } from "./want.ts";

export interface ProbeResult {
  readonly healthy: boolean;
  /** What was answered, or why nothing was, for people. */
  readonly message: string;
}

/** The caller keeps the interval and counts rise and fall. */
export async function probeHealth(
  { runner, paths }: Pick<NodeSystem, "runner" | "paths">,
  project: string,
  workload: WorkloadState,
  check: HealthCheck,
): Promise<ProbeResult> {
  const target = `[${workload.address}]:${check.port}`;
  const limit = ["--max-time", `${check.timeout / 1000}`];
  const options = ["--silent", "--show-error", "--globoff", "--noproxy", "*", "--output", "/dev/null", ...limit];
  const request =
    check.kind === "Http"
      ? ["--write-out", "%{http_code}", ...httpRequest(paths, project, workload, check, target)]
      : tcpRequest(target);
  try {
    const result = await runner.run(["curl", "--disable", ...options, ...request], {
      netns: workloadNamespace({ project }, workload),
      timeout: milliseconds(check.timeout + 1000),
    });
    return check.kind === "Http" ? httpVerdict(result) : tcpVerdict(result);
  } catch (error) {
    return { healthy: false, message: messageOf(error) };
  }
}

/** Where the instance asks for a certificate, its own is shown: nobody else on this host has one of its authority. */
function httpRequest(
  paths: NodePaths,
  project: string,
  workload: WorkloadState,
  { port, path }: HealthCheck,
  target: string,
): readonly string[] {
  const { identity } = workload;
  const instance = identity === undefined ? undefined : containerOf({ project }, workload);
  if (identity === undefined || instance === undefined) return [`http://${target}${path}`];
  const file = (name: string): string => `${bundleOf(paths, generationOf(instance)).tls}/${name}`;
  const own = ["--cert", file("tls.crt"), "--key", file("tls.key"), "--cacert", file("ca.crt")];
  return [...own, "--connect-to", `::${target}`, `https://${identity.name}:${port}${path}`];
}

/** Telnet sends nothing; with its input at the end it stops when connected. */
const tcpRequest = (target: string): readonly string[] => ["--write-out", "%{time_connect}", `telnet://${target}`];

interface CurlResult {
  readonly stdout: string;
  readonly stderr: string;
}

const reason = (stderr: string): string => stderr.trim().replace(/^curl: \(\d+\) /, "");

function httpVerdict({ stdout, stderr }: CurlResult): ProbeResult {
  const status = Number(stdout);
  if (!(status >= 100)) return { healthy: false, message: reason(stderr) };
  return { healthy: status >= 200 && status < 400, message: `answered ${status}` };
}

/** A time of connecting means that there was a connection, whatever came after. */
function tcpVerdict({ stdout, stderr }: CurlResult): ProbeResult {
  return Number(stdout) > 0 ? { healthy: true, message: "connected" } : { healthy: false, message: reason(stderr) };
}
