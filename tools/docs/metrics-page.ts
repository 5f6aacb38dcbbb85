/** The reference page of metrics, from the registries of server and agent. */
import { agentMetrics } from "@netwright/agent/metrics.ts";
import { createMetrics } from "@netwright/server/metrics.ts";
import { generatedFrom, markdownTable, paragraphs } from "./markdown.ts";

type Registry = ReturnType<typeof createMetrics>["registry"];

const intro = `# Metrics

In Prometheus' text format. The server answers at \`GET /metrics\` to a viewer's token. An agent answers where
\`--metrics ADDRESS:PORT\` says, without a token, so that address should be a local one or one of the management
network. Times are in seconds.`;

/** What prom-client says of every Node process is documented there. */
const ofNode = /^netwright_server_(process|nodejs)_/;

async function metricsTable(registry: Registry): Promise<string> {
  const metrics = (await registry.getMetricsAsJSON()).filter(({ name }) => !ofNode.test(name));
  const rows = metrics.map(({ name, type, help }) => [`\`${name}\``, String(type), labelsOf(registry, name), help]);
  return markdownTable(
    ["name", "type", "labels", "what"],
    rows.toSorted(([a = ""], [b = ""]) => (a < b ? -1 : 1)),
  );
}

function labelsOf(registry: Registry, name: string): string {
  const { labelNames = [] } = (registry.getSingleMetric(name) ?? {}) as { readonly labelNames?: readonly string[] };
  return labelNames.map((label) => `\`${label}\``).join(", ");
}

export async function renderMetricsPage(): Promise<string> {
  return paragraphs(
    generatedFrom("packages/server/metrics.ts and packages/agent/metrics.ts"),
    intro,
    "## Server",
    await metricsTable(createMetrics("0").registry),
    "Beside these, `netwright_server_process_*` and `netwright_server_nodejs_*` are what prom-client tells of any Node process.",
    "## Agent",
    await metricsTable(agentMetrics("0").registry),
  );
}
