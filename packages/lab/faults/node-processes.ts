/** The perl program that finds and signals the processes of a node. It runs in the sandbox. Pure. */

/**
 * Arguments: a verb, process 1 of the node, and what the verb wants. A node's processes are those of its pid namespace
 * and of namespaces below it; its supervisors are the lab's own shells that start its programs again.
 *
 *   resume PID             continue all, and whoever waits for them from outside and was stopped with them
 *   hold PID [LOG]         supervisors (the one with that log) start nothing
 *   release PID [LOG]      they do again
 *   kill PID SIGNAL NAME LOG   the lab's program with that log, else each process whose first word is NAME
 *
 * \`kill\` ends with status 3 when nobody was found.
 */
export const nodeProcessesProgram = `use strict; use warnings;
my ($verb, $node, @words) = @ARGV;
my (%parent, %space, %line);
for my $pid (map { m{/proc/(\\d+)} } glob "/proc/[0-9]*") {
  open my $stat, "<", "/proc/$pid/stat" or next;
  my $fields = <$stat> // next;
  ($parent{$pid}) = $fields =~ /^.*\\) \\S (\\d+)/ or next;
  $space{$pid} = readlink("/proc/$pid/ns/pid") // "";
  open my $cmdline, "<", "/proc/$pid/cmdline" or next;
  local $/; $line{$pid} = [split /\\0/, <$cmdline> // ""];
}
my $own = $space{$node} // exit 0;
sub inside { my ($pid) = @_;
  for (; $pid && exists $parent{$pid}; $pid = $parent{$pid}) { return 1 if $space{$pid} eq $own }
  return 0;
}
my @members = grep { $_ != $node && inside($_) } keys %parent;
# sh SCRIPT LOG STATUS NODE COMMAND...
sub supervisors { my ($log) = @_;
  return grep { my @w = @{$line{$_} // []};
    @w > 4 && $w[1] =~ m{/scripts/supervise\\.sh$} && $w[4] eq $node && (!defined $log || $w[2] eq $log) } keys %line;
}
sub children { my ($pid) = @_; return grep { $parent{$_} == $pid } keys %parent }
if ($verb eq "resume") {
  my %waiting = map { $parent{$_} => 1 } grep { exists $parent{$_} && !inside($parent{$_}) } @members;
  delete @waiting{0, 1};
  kill "CONT", @members, keys %waiting;
}
kill "STOP", supervisors($words[0]) if $verb eq "hold";
kill "CONT", supervisors($words[0]) if $verb eq "release";
if ($verb eq "kill") {
  my ($signal, $name, $log) = @words;
  my @lab = supervisors($log);
  my @found = @lab ? grep { inside($_) } map { children($_) } map { children($_) } @lab
    : grep { ($line{$_}[0] // "") eq $name } @members;
  exit 3 unless @found || @lab;
  kill $signal, @found;
}
`;
