/** What wires all nodes: one `ip` process for the links, one in each node for what is set from inside. Pure. */
import { kernelCalls } from "../sandbox/kernel-calls.ts";
import { quoteAll } from "../sandbox/shell.ts";
import type { Topology } from "../topology/topology.ts";
import { linkBatch, nodeBatch } from "./batches.ts";

/** Batches by the names of their files. @param pids of a process in every node, as the sandbox sees it. */
export function wiringFiles(
  topology: Topology,
  pids: Readonly<Record<string, number>>,
): Readonly<Record<string, string>> {
  const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
  return {
    [linksFile]: text(linkBatch(topology, ({ node }) => String(pids[node]))),
    ...Object.fromEntries(topology.nodes.map((node) => [`node.${node.name}`, text(nodeBatch(node))])),
  };
}

const linksFile = "links";

/**
 * Arguments: node and pid, again and again. Runs each node's batch in its network namespace, all at once. `ip -n` would
 * make a mount namespace each time. Prints `failed NODE` for every batch that did not pass.
 */
export const wireProgram = `use strict; use warnings; use POSIX ();
${kernelCalls}
my %node;
while (my ($node, $pid) = splice @ARGV, 0, 2) {
  my $child = fork // die "lab: fork: $!\n";
  if ($child) { $node{$child} = $node; next }
  open my $net, "<", "/proc/$pid/ns/net" or die "lab: $node: $!\n";
  call("setns", $setns, fileno $net, 0);
  exec "ip", "-batch", "node.$node" or die "lab: ip: $!\n";
}
while ((my $child = wait) > 0) { print "failed $node{$child}\n" if $? }
`;

/** Runs where the files and the program lie, as `wire.pl`. Prints what that program does; nothing when all is wired. */
export function linksScript(directory: string, topology: Topology, pids: Readonly<Record<string, number>>): string {
  const nodes = topology.nodes.flatMap(({ name }) => [name, String(pids[name])]);
  return `set -eu\ncd ${directory}\nip -batch ${linksFile}\nexec perl wire.pl ${quoteAll(nodes)}\n`;
}
