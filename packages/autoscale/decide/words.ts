/** Numbers of metrics for people. */
import { formatDuration, milliseconds } from "@netwright/base";
import type { MetricName } from "./policy.ts";

/** Three digits, or all of a whole number. */
const round = (value: number): string => String(value >= 100 ? Math.round(value) : Number(value.toPrecision(3)));

function bits(value: number): string {
  if (value >= 1e9) return `${round(value / 1e9)} Gbit/s`;
  return value >= 1e6 ? `${round(value / 1e6)} Mbit/s` : `${round(value / 1e3)} kbit/s`;
}

export function formatMetric(metric: MetricName, value: number): string {
  switch (metric) {
    case "cpu":
      return `${round(value * 100)}%`;
    case "requestsPerSecond":
      return `${round(value)}/s`;
    case "connections":
    case "queueLength":
      return round(value);
    case "latencyP95":
    case "latencyP99":
      return formatDuration(milliseconds(value));
    case "bandwidth":
      return bits(value);
  }
}

export const metricWords: Readonly<Record<MetricName, string>> = {
  cpu: "CPU",
  requestsPerSecond: "requests",
  connections: "connections",
  queueLength: "queue",
  latencyP95: "p95 latency",
  latencyP99: "p99 latency",
  bandwidth: "bandwidth",
};

export const formatRate = (value: number): string => `${round(value)}/s`;

/** `1 instance`, `3 instances`. */
export const instances = (count: number): string => `${count} ${count === 1 ? "instance" : "instances"}`;
