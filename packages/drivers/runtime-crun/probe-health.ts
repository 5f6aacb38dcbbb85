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
    check.kind === "Tcp"
      ? tcpRequest(target)
      : ["--write-out", "%{http_code}", ...httpRequest(paths, project, workload, check, target)];
  try {
    const result = await runner.run(["curl", "--disable", ...options, ...request], {
      netns: workloadNamespace({ project }, workload),
      timeout: milliseconds(check.timeout + 1000),
    });
    return check.kind === "Tcp" ? tcpVerdict(result) : httpVerdict(result, check.codes);
  } catch (error) {
    return { healthy: false, message: messageOf(error) };
  }
}

/**
 * Where the instance asks for a certificate, its own is shown: nobody else on this host has one of its authority. What
 * any other program shows is not looked at: it is asked whether it serves, by somebody who can reach nobody else there.
 */
function httpRequest(
  paths: NodePaths,
  project: string,
  workload: WorkloadState,
  { kind, port, path, host }: HealthCheck,
  target: string,
): readonly string[] {
  const { identity } = workload;
  const instance = identity === undefined ? undefined : containerOf({ project }, workload);
  const named = host === undefined ? [] : ["--header", `host: ${host}`];
  if (identity !== undefined && instance !== undefined) {
    const file = (name: string): string => `${bundleOf(paths, generationOf(instance)).tls}/${name}`;
    const own = ["--cert", file("tls.crt"), "--key", file("tls.key"), "--cacert", file("ca.crt")];
    return [...own, ...named, "--connect-to", `::${target}`, `https://${identity.name}:${port}${path}`];
  }
  if (kind === "Http") return [...named, `http://${target}${path}`];
  if (host === undefined) return ["--insecure", `https://${target}${path}`];
  // The name stands in the URL, so that it is asked for in TLS as well.
  return [...named, "--insecure", "--connect-to", `::${target}`, `https://${host}:${port}${path}`];
}

/** Telnet sends nothing; with its input at the end it stops when connected. */
const tcpRequest = (target: string): readonly string[] => ["--write-out", "%{time_connect}", `telnet://${target}`];

interface CurlResult {
  readonly stdout: string;
  readonly stderr: string;
}

const reason = (stderr: string): string => stderr.trim().replace(/^curl: \(\d+\) /, "");

function httpVerdict({ stdout, stderr }: CurlResult, codes: string | undefined): ProbeResult {
  const status = Number(stdout);
  if (!(status >= 100)) return { healthy: false, message: reason(stderr) };
  const healthy = isExpected(status, codes);
  const wanted = codes === undefined || healthy ? "" : `, not ${codes}`;
  return { healthy, message: `answered ${status}${wanted}` };
}

const isExpected = (status: number, codes = "200-399"): boolean =>
  codes.split(",").some((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return status >= (first ?? Infinity) && status <= (last ?? 0);
  });

/** A time of connecting means that there was a connection, whatever came after. */
function tcpVerdict({ stdout, stderr }: CurlResult): ProbeResult {
  return Number(stdout) > 0 ? { healthy: true, message: "connected" } : { healthy: false, message: reason(stderr) };
}
