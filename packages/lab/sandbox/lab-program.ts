/**
 * The one perl program that a lab comes from: its outer process, process 1 of its sandbox, and process 1 of every node
 * are forks of it, and no other program runs until all is wired. Pure.
 */
import { keeperCommands } from "../command/keeper-commands.ts";
import { kernelCalls } from "./kernel-calls.ts";

/** File descriptor by which the outer process holds the lab's lock until it can be found. */
const lockDescriptor = 3;

const node = String.raw`
# Process 1 of a node, from its birth to its end. Mounts of a node reach no other, nor the sandbox.
sub keep { my ($node, $ready, $gate) = @_;
  undef $netlink;
  # Commands lead groups of their own.
  POSIX::setsid();
  my $identity = identity("/run/lab/machine");
  my $socket = listen_at($node->{socket});
  perform() for @{$node->{before}};
  syswrite $ready, ".";
  close $ready;
  # Others make links meanwhile. The end of the input tells that directories are filled.
  sysread STDIN, my $end, 1;
  perform() for @{$node->{mounts}};
  sysread $gate, my $open, 1;
  close $gate;
  perform() for @{$node->{after}};
  undef $netlink;
  syswrite STDOUT, "node $node->{name} $identity $node->{pid}\n";
  quiet();
  # Orphans of the node come to it; the kernel buries them itself then.
  $SIG{CHLD} = "IGNORE"; $0 = "keeper";
  serve_commands($socket) }

sub bear { my ($node, @pipes) = @_;
  my ($ready_from, $ready_to, $gate_from, $gate_to) = @pipes;
  $node->{pid} = born() and return;
  close $_ for $ready_from, $gate_to;
  $node->{pid} = readlink "/proc/self";
  eval { keep($node, $ready_to, $gate_from) };
  syswrite STDOUT, "failed $node->{name} $@";
  POSIX::_exit(1) }
`;

const inner = String.raw`
# Process 1 of the sandbox.
sub inner { my ($dir, $plan) = @_;
  put("$dir/inner", identity("/proc") . "\n");
  perform() for @{$plan->{sandbox}};
  undef $netlink;
  syswrite STDOUT, "sandbox\n";
  pipe my $ready_from, my $ready_to or die "pipe: $!\n";
  pipe my $gate_from, my $gate_to or die "pipe: $!\n";
  my @pipes = ($ready_from, $ready_to, $gate_from, $gate_to);
  bear($_, @pipes) for @{$plan->{nodes}};
  close $_ for $ready_to, $gate_from;
  # Every node stands when each has said so; when one cannot any more, all ends are closed.
  my ($waiting, $dots) = (scalar @{$plan->{nodes}});
  while ($waiting > 0) { my $count = sysread $ready_from, $dots, 4096 or last; $waiting -= $count }
  if ($waiting == 0) {
    syswrite STDOUT, "nodes\n";
    for (@{$plan->{links}}) {
      my ($last, $data, $pids) = @$_;
      my @pids = unpack "(N N)*", $pids;
      while (my ($at, $index) = splice @pids, 0, 2) { substr $data, $at, 4, pack "L", $plan->{nodes}[$index]{pid} }
      transmit("links", $last, $data);
    }
  } }
`;

const main = String.raw`
sub quiet { open STDIN, "<", "/dev/null"; open STDOUT, ">", "/dev/null"; open STDERR, ">", "/dev/null" }

my ($dir, $cgroup, $layout, @roots) = @ARGV;
put("$dir/outer", identity("/proc") . "\n");
POSIX::close(${lockDescriptor});
put("$_/$cgroup/cgroup.procs", "0") for @roots;
leave_cgroup_view();
# In v2 a cgroup with processes may not limit its children (cgroups(7), "no internal processes"): step aside.
put("$roots[0]/$cgroup/lab/cgroup.procs", "0") if $layout eq "v2" && @roots;
# Made while the kernel moved this process. Without all of it there is nobody any more who wants the lab.
my $plan = read_plan() or POSIX::_exit(1);
pipe my $alive, my $hold or die "pipe: $!\n";
my $pid = born();
if ($pid) {
  # Descriptor 4 stays open: it holds the lock of the lab's cgroup as long as this process lives. Cgroups are the
  # machine's, and who finds one cannot see the processes of another sandbox in it.
  quiet(); close $alive; $0 = "netwright-lab";
  undef $plan;
  waitpid $pid, 0;
  POSIX::_exit(0);
}
die_with_parent();
close $hold;
vec(my $ended = "", fileno $alive, 1) = 1;
# The parent may have ended before.
POSIX::_exit(1) if select $ended, undef, undef, 0;
close $alive;
opendir my $files, "/proc/self/fd" or die "$!\n";
my @inherited = grep { /^\d+$/ && $_ > 2 } readdir $files;
closedir $files;
POSIX::close($_) for @inherited;
eval { inner($dir, $plan); 1 } or syswrite STDOUT, "failed - $@";
# What was made stays for a look at it; the nodes that wait go on by the end of the pipe.
quiet();
exec "tini", "--", "sleep", "infinity";
`;

/** Words of a record, and records, have their length before them. */
const reading = String.raw`
sub read_plan {
  my $text = "";
  while (length $text < 4 || length $text < 4 + unpack "N", $text) { sysread STDIN, $text, 1 << 20, length $text or return }
  my %plan = (sandbox => [], nodes => [], links => []);
  my $target = $plan{sandbox};
  for (unpack "x4 (N/a*)*", $text) {
    my ($verb, @words) = unpack "(N/a*)*", $_;
    if ($verb eq "node") { push @{$plan{nodes}}, { name => $words[0], socket => $words[1], before => [], mounts => [], after => [] } }
    elsif ($verb eq "part") { $target = $plan{nodes}[-1]{$words[0]} }
    elsif ($verb eq "links") { push @{$plan{links}}, \@words }
    else { push @$target, [$verb, @words] }
  }
  return \%plan }
`;

/**
 * Arguments: the lab's directory, its cgroup's name, `v1` or `v2`, and the mount points of the hierarchies to join.
 * Reads the plan, and the end of its input when all directories are filled. Writes a line when it is true: `sandbox`, `nodes`, and for each node, when all of it is there,
 * `node NAME PID TICKS PID-IN-SANDBOX`; or `failed NODE REASON`. Whoever has read all of it has waited for all.
 */
export const labProgram = `use strict; use warnings; use POSIX ();
${kernelCalls}${keeperCommands}${reading}${node}${inner}${main}`;
