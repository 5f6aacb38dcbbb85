/** One health check of an instance, asked from inside its own network namespace. */
import { messageOf, milliseconds } from "@netwright/base";
import { workloadNamespace, type HealthCheck, type NodeSystem, type WorkloadState } from "@netwright/contract";

export interface ProbeResult {
  readonly healthy: boolean;
  /** What was answered, or why nothing was, for people. */
  readonly message: string;
}

/** The caller keeps the interval and counts rise and fall. */
export async function probeHealth(
  { runner }: Pick<NodeSystem, "runner">,
  project: string,
  workload: Pick<WorkloadState, "id" | "address">,
  check: HealthCheck,
): Promise<ProbeResult> {
  const target = `[${workload.address}]:${check.port}`;
  const limit = ["--max-time", `${check.timeout / 1000}`];
  const options = ["--silent", "--show-error", "--globoff", "--noproxy", "*", "--output", "/dev/null", ...limit];
  const request =
    check.kind === "Http" ? ["--write-out", "%{http_code}", `http://${target}${check.path}`] : tcpRequest(target);
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
