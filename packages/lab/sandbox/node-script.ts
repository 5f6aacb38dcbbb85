/** What makes nodes: namespaces, and in each a process 1 that only keeps them. Pure. */
import { keeperCommands } from "../command/keeper-commands.ts";
import { nodePaths, nodeSocket, type LabPaths } from "../record/paths.ts";
import type { Topology, TopologyNode } from "../topology/topology.ts";
import { sysctlsOf } from "../wiring/sysctls.ts";
import { kernelCalls } from "./kernel-calls.ts";
import { joinCgroups } from "./shell.ts";

/**
 * Makes every node by a fork that becomes its process 1: no program is started, and nothing is waited for in turn. It
 * reads one line for each thing to do: \`node NAME SOCKET\`, then \`set FILE VALUE\` and \`mount SOURCE TARGET TYPE FLAGS OPTIONS\`
 * for that node. Prints for each node, when all of it is there, its name, the pid and start time of its process 1 as the
 * machine sees them, and the pid as the sandbox sees it. Whoever reads the output to its end has waited for every node.
 */
export const nodesProgram = `use strict; use warnings; use POSIX ();
${kernelCalls}${keeperCommands}
sub make { my ($target) = @_; return if -d $target; make($target =~ s{/[^/]+$}{}r); mkdir $target }
my %steps = (
  set => sub { my ($file, $value) = @_; open my $out, ">", $file or die "lab: $file: $!\\n"; print $out $value; close $out or die "lab: $file: $!\\n" },
  mount => sub { my ($source, $target, $type, $flags, $options) = @_;
    make($target); call("mount $target", $mount, $source, $target, $type, $flags + 0, $options // "") },
);
my (@nodes, %socket, %todo);
while (<STDIN>) {
  my ($verb, @words) = split;
  if ($verb eq "node") { push @nodes, $words[0]; $socket{$words[0]} = $words[1] } else { push @{$todo{$nodes[-1]}}, [$verb, @words] }
}
# Mounts of a node reach no other, nor the sandbox.
sub keep { my ($node) = @_;
  # The terminal of who made the lab is none of the node's.
  POSIX::setsid();
  # Neither are files that it had open, nor the locks on them.
  opendir my $files, "/proc/self/fd" or die "lab: $!\\n";
  my @open = grep { /^\\d+$/ && $_ > 2 } readdir $files;
  closedir $files;
  POSIX::close($_) for @open;
  open my $stat, "<", "/run/lab/machine/self/stat" or die "lab: $!\\n";
  my @fields = split " ", <$stat> =~ s/\\(.*\\)/()/r;
  close $stat;
  my $inside = readlink "/proc/self";
  my $socket = listen_at($socket{$node});
  $steps{$_->[0]}->(@{$_}[1 .. $#$_]) for @{$todo{$node}};
  syswrite STDOUT, "$node $fields[0] $fields[21] $inside\\n";
  open STDIN, "<", "/dev/null"; open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null";
  # Orphans of the node come to it; the kernel buries them itself then.
  $SIG{CHLD} = "IGNORE"; $0 = "keeper";
  serve_commands($socket);
}
for my $node (@nodes) {
  next if fork // die "lab: fork: $!\\n";
  call("unshare", $unshare, 0x40000000 | 0x20000000 | 0x04000000 | 0x00020000);
  # The first child of who made a pid namespace is its process 1.
  keep($node) unless fork // die "lab: fork: $!\\n";
  POSIX::_exit(0);
}
1 while wait > 0;
`;

/** Runs the program above with all nodes; @see nodeSteps */
export const nodesScript = (paths: LabPaths): string => `set -eu
${joinCgroups}
exec perl ${paths.scripts}/nodes.pl <${paths.scripts}/nodes.txt 2>>${paths.logs}/nodes.log
`;

export const nodesSteps = (paths: LabPaths, topology: Topology): string =>
  topology.nodes
    .flatMap((node) => [`node ${node.name} ${nodeSocket(paths, node.name)}`, ...settings(node), ...mounts(paths, node)])
    .map((line) => `${line}\n`)
    .join("");

const settings = (node: TopologyNode): readonly string[] => [
  ...sysctlsOf(node).map(([path, value]) => `set /proc/sys/net/${path} ${value}`),
  `set /proc/sys/kernel/hostname ${node.name}`,
];

/** Flags of mount(2). */
const [bind, move, plain, none] = [4096, 8192, 0, "none"];
const guarded = 2 | 4 | 8;

/** Where the lab's directory waits while the node gets its own /run; the sandbox's /var/lib is not the machine's. */
const aside = "/var/lib/netwright-lab";

/**
 * A node's own view of files. Of /sys only the devices differ between network namespaces. The server's node alone sees
 * the lab's directory, where its socket and token lie, but no node's socket; all others have an empty /run.
 */
function mounts(paths: LabPaths, node: TopologyNode): readonly string[] {
  const { etc, work, lib } = nodePaths(paths, node.name);
  const source = `lab-${node.name}`;
  const mount = (...words: readonly (string | number)[]): string => `mount ${words.join(" ")}`;
  const keeps = node.role === "Control";
  return [
    mount(source, "/etc", "overlay", plain, `lowerdir=/etc,upperdir=${etc},workdir=${work}`),
    mount(lib, "/var/lib/netwright", none, bind),
    mount(source, "/run/lab/sys", "sysfs", guarded),
    mount("/run/lab/sys/class/net", "/sys/class/net", none, bind),
    mount("/run/lab/sys/devices/virtual/net", "/sys/devices/virtual/net", none, bind),
    ...(keeps
      ? [mount(paths.directory, aside, none, bind), mount(source, `${aside}/nodes`, "tmpfs", plain, "mode=700")]
      : []),
    mount(source, "/run", "tmpfs", plain, "mode=755"),
    ...(keeps ? [mount(aside, paths.directory, none, move)] : []),
    mount(source, "/proc", "proc", guarded),
  ];
}
