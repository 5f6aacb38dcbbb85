/** The part of a node's process 1 that runs commands for whoever may open its socket. @see frames.ts. Pure. */
import { frameKinds, inputWindow, requestMax } from "./frames.ts";

const { request, input, inputEnd, signal, leave, stdout, stderr, taken, end } = frameKinds;

/** pidfd_open(2) has this number on every architecture: by it select waits for the end of a process too. */
const pidfdOpen = 434;
/** ioctl(2): how much a pipe holds. */
const fionread = 0x541b;

/** Takes and gives what a descriptor has or bears right now. The negative truth: nothing now, but perhaps later. */
const pieces = String.raw`
sub frame { my ($kind, $data) = @_; pack "a1 N/a*", $kind, $data }
sub again { $! == POSIX::EAGAIN() || $! == POSIX::EINTR() ? -1 : 0 }
sub unblock { fcntl $_, POSIX::F_SETFL(), POSIX::O_NONBLOCK() for @_ }
# Hundredths of a second, of a clock that nobody sets.
sub now { (POSIX::times())[0] }
sub take { my ($from, $into, $most) = @_; sysread($from, $$into, $most, length $$into) // again() }
sub give { my ($to, $from) = @_;
  my $count = syswrite($to, $$from) // return again();
  substr $$from, 0, $count, "";
  return $count }
`;

const starting = String.raw`
# The words of the first frame. None when the client left or says something else.
sub request { my ($client, $in) = @_;
  until (length $$in >= 5 && length $$in >= 5 + unpack "x N", $$in) {
    return if length $$in >= 5 && (unpack("a1 N", $$in))[1] > ${requestMax};
    take($client, $in, 65536) or return;
  }
  my ($kind, $words) = unpack "a1 N/a*", $$in;
  substr $$in, 0, 5 + length $words, "";
  return $kind eq "${request}" ? split(/\0/, $words, -1) : () }

# In the child, which becomes the command.
sub become { my ($files, $cwd, $variables, @words) = @_;
  POSIX::setsid();
  POSIX::dup2(fileno $files->[$_], $_) for 0 .. 2;
  $SIG{$_} = "DEFAULT" for "CHLD", "PIPE";
  my $failed = sub { my ($what, $code) = @_; syswrite STDERR, "lab: $what: $!\n"; POSIX::_exit($code) };
  $cwd = $home if $cwd eq "";
  chdir $cwd or $failed->($cwd, 126);
  %ENV = (%ENV, map { split /=/, $_, 2 } @$variables);
  no warnings "exec";
  exec { $words[0] } @words or $failed->($words[0], $! == POSIX::ENOENT() ? 127 : 126) }

# What stands between a client and its command. Nothing when it cannot be started.
sub start { my ($client) = @_;
  my $in = "";
  my ($cwd, $has_input, $count, @words) = request($client, \$in) or return;
  my @variables = splice @words, 0, $count;
  my ($from, $to);
  if ($has_input) { pipe $from, $to or return } else { open $from, "<", "/dev/null" or return }
  pipe my $out_from, my $out_to or return;
  pipe my $err_from, my $err_to or return;
  my $pid = fork // return;
  become([$from, $out_to, $err_to], $cwd, \@variables, @words) unless $pid;
  my $pidfd = syscall ${pidfdOpen}, $pid, 0;
  if ($pidfd < 0) { kill "KILL", $pid; return }
  unblock($client, $out_from, $err_from, $to // ());
  return { client => $client, pid => $pid, pidfd => $pidfd, stdin => $to, in => $in, out => "", input => "",
    pipes => { "${stdout}" => $out_from, "${stderr}" => $err_from } } }
`;

const serving = String.raw`
sub report { my ($s, $kind, $data) = @_; $s->{out} .= frame($kind, $data) unless $s->{gone} }
# Before it leads its group the child is alone.
sub strike { my ($s, $name) = @_; eval { kill $name, -$s->{pid} or kill $name, $s->{pid} } unless $s->{ended} }
sub abandon { my ($s) = @_; $s->{deadline} //= now() + 100; strike($s, "TERM") }
sub lost { my ($s) = @_; abandon($s) unless $s->{ended} || $s->{stays}; $s->{gone} = 1; $s->{out} = ""; $s->{pipes} = {} if $s->{ended} }

sub hear { my ($s) = @_;
  unless (take($s->{client}, \$s->{in}, 65536)) { $s->{deaf} = 1; return $s->{ended} || $s->{stays} ? lost($s) : abandon($s) }
  heed($s) }

sub heed { my ($s) = @_;
  while (length $s->{in} >= 5) {
    my ($kind, $length) = unpack "a1 N", $s->{in};
    return lost($s) if $length > ${inputWindow} || length $s->{input} > ${inputWindow};
    last if length $s->{in} < 5 + $length;
    my $data = substr $s->{in}, 5, $length;
    substr $s->{in}, 0, 5 + $length, "";
    if ($kind eq "${input}") { if ($s->{stdin}) { $s->{input} .= $data } else { report($s, "${taken}", $length) } }
    elsif ($kind eq "${inputEnd}") { $s->{closing} = 1 }
    elsif ($kind eq "${signal}") { strike($s, $data) }
    elsif ($kind eq "${leave}") { $s->{stays} = 1 }
    else { return lost($s) }
  } }

sub feed { my ($s) = @_;
  my $before = length $s->{input};
  # Who reads no more gets no more, and who sends need not wait for him.
  give($s->{stdin}, \$s->{input}) || do { $s->{input} = ""; $s->{closing} = 1 } if $before;
  report($s, "${taken}", $before - length $s->{input}) if $before > length $s->{input};
  delete $s->{stdin} if $s->{closing} && $s->{input} eq "" }

sub relay { my ($s, $kind) = @_;
  my ($data, $left) = ("", $s->{left}{$kind});
  my $count = take($s->{pipes}{$kind}, \$data, defined $left && $left < 65536 ? $left : 65536);
  report($s, $kind, $data) if $count > 0;
  $s->{left}{$kind} -= $count if defined $left && $count > 0;
  delete $s->{pipes}{$kind} if !$count || defined $left && $s->{left}{$kind} <= 0 }

# What runs on in the background may hold the pipes for ever: what they hold now is the last that is told.
sub bury { my ($s) = @_;
  waitpid $s->{pid}, 0;
  $s->{ended} = ($? >> 8) . " " . ($? & 127);
  for my $kind (keys %{$s->{pipes}}) {
    my $size = pack "i", 0;
    ioctl $s->{pipes}{$kind}, ${fionread}, $size;
    $s->{left}{$kind} = unpack "i", $size or delete $s->{pipes}{$kind};
  }
  lost($s) if $s->{gone} }

# True as long as there is something to wait for.
sub under_way { my ($s) = @_;
  my $alive = !$s->{ended} || $s->{deadline} && kill 0, -$s->{pid};
  if ($s->{deadline} && $alive && now() >= $s->{deadline}) {
    kill "KILL", -$s->{pid} or strike($s, "KILL");
    $s->{deadline} = now() + 100;
  }
  return 1 if $alive || %{$s->{pipes}};
  report($s, "${end}", $s->{ended}) unless $s->{told}++;
  return $s->{out} ne "" }

sub serve { my ($client) = @_;
  $SIG{CHLD} = "DEFAULT"; $SIG{PIPE} = "IGNORE";
  my $s = start($client) or return;
  # More may have come together with the request.
  heed($s);
  while (under_way($s)) {
    my ($read, $write) = ("", "");
    my @open = length $s->{out} < ${inputWindow} ? keys %{$s->{pipes}} : ();
    vec($read, fileno $client, 1) = 1 unless $s->{deaf} || $s->{gone};
    vec($read, $s->{pidfd}, 1) = 1 unless $s->{ended};
    vec($read, fileno $s->{pipes}{$_}, 1) = 1 for @open;
    vec($write, fileno $client, 1) = 1 if $s->{out} ne "";
    vec($write, fileno $s->{stdin}, 1) = 1 if $s->{stdin} && ($s->{input} ne "" || $s->{closing});
    next if select($read, $write, undef, $s->{deadline} ? 0.01 : undef) < 0;
    for (@open) { relay($s, $_) if vec $read, fileno $s->{pipes}{$_}, 1 }
    feed($s) if $s->{stdin} && vec $write, fileno $s->{stdin}, 1;
    give($client, \$s->{out}) || lost($s) if vec $write, fileno $client, 1;
    hear($s) if vec $read, fileno $client, 1;
    bury($s) if !$s->{ended} && vec $read, $s->{pidfd}, 1;
  }
  linger($s) unless $s->{deaf} || $s->{gone} }

# A client that still sends input would take a closed connection for a failure, and never read how its command ended.
sub linger { my ($s) = @_;
  my $until = now() + 100;
  while (now() < $until) {
    vec(my $read = "", fileno $s->{client}, 1) = 1;
    select($read, undef, undef, 0.1) > 0 or next;
    take($s->{client}, \(my $rest = ""), 65536) or return;
  } }
`;

/**
 * `listen_at FILE` makes the socket, `serve_commands SOCKET` takes connections for ever, each in a fork of its own: who
 * reads slowly stops his own command alone. A command leads a session and a process group, which ends with the
 * connection: SIGTERM, and SIGKILL a second later. What an ended command left in the background stays.
 */
export const keeperCommands = String.raw`
${pieces}${starting}${serving}
sub listen_at { my ($file) = @_;
  socket my $socket, 1, 1, 0 or die "lab: socket: $!\n";
  my $old = umask 0177;
  bind $socket, pack "S Z*", 1, $file or die "lab: $file: $!\n";
  umask $old;
  listen $socket, 1024 or die "lab: $file: $!\n";
  return $socket }

sub serve_commands { my ($socket) = @_;
  while (1) {
    accept my $client, $socket or next;
    my $child = fork;
    if (defined $child && !$child) { close $socket; eval { serve($client) }; POSIX::_exit(0) }
    # No process is to be had: the client sees the connection end, and others may have better luck in a moment.
    select undef, undef, undef, 0.01 unless defined $child;
  } }
`;
