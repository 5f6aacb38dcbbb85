/**
 * The program that sends probes: TCP connections, datagrams and ICMP echoes, many at once, and tells what became of each
 * and who said so. perl-base is part of every Debian, and this is sent 9 ms after it starts. Pure; @see parseResults for what it prints.
 *
 * `perl -e PROGRAM MODE PROBE...`: a probe is its words joined by tabs: protocol (tcp, udp, icmp), family (0, 4, 6), host,
 * port, patience in milliseconds, payload in hexadecimal (its length for icmp), 1 where it must not be fragmented, and the port
 * that it comes from (0: any).
 * Modes: `all` at once; `series`, one after the other; `rate PER_SECOND MILLISECONDS` (0: until SIGTERM), the first probe
 * over and over, beginning with a line `ready`; `settled MS` tells that all sent before that have ended.
 *
 * A raw ICMP socket tells who refused: errors reach it before they reach the socket that they are about.
 */

/** What nodes of a lab have in common with whoever starts their commands: the machine. Number of clock_gettime(2). */
const gettime = process.arch === "arm64" ? 113 : 228;

/** Modules cost more time than probes: numbers of Linux stand for F_SETFL, O_NONBLOCK, EAGAIN, ECONNREFUSED, EINPROGRESS. */
const basics = String.raw`
use Socket qw(:DEFAULT getaddrinfo getnameinfo pack_sockaddr_in6 IPPROTO_TCP AI_NUMERICSERV NI_NUMERICHOST NI_NUMERICSERV AF_INET6);
$| = 1; $SIG{PIPE} = "IGNORE";
my $gettime = ${gettime};
sub now { my $time = pack "q q", 0, 0; syscall $gettime, 1, $time; my ($s, $ns) = unpack "q q", $time; $s * 1000 + $ns / 1e6 }
my $zero = now();
my $id = $$ & 0xffff;
my ($sequence, $out) = (0, "");
# Probes under way, by number; echoes by sequence number; sockets by number.
my (%open, %echo, %raw);
sub numeric { my (undef, $host) = getnameinfo($_[0], NI_NUMERICHOST | NI_NUMERICSERV, 0); $host // "" }
sub sum { my ($data) = @_;
  my $sum = unpack "%32n*", length($data) % 2 ? "$data\0" : $data;
  $sum = ($sum >> 16) + ($sum & 0xffff) for 1, 2;
  ~$sum & 0xffff }

# What became of it: fate, how it is known, by whom, and what was answered.
sub finish { my ($p, $fate, $how, $by, $answer) = @_;
  delete $open{$p->{number}} or return;
  delete $echo{$_} for @{$p->{sequences} // []};
  close $p->{socket} if $p->{socket} && $p->{protocol} ne "icmp";
  $out .= join("\t", $p->{index}, $fate, $how, $by // "", sprintf("%.3f", $p->{begun} - $zero),
    sprintf("%.3f", now() - $p->{begun}), $p->{address} // "", unpack("H*", $answer // ""), $p->{local} // 0) . "\n" }
sub failed { my ($p, $errno) = @_; local $! = $errno; finish($p, "Failed", "errno " . ($errno + 0) . " $!") }
`;

const sending = String.raw`
sub raw_socket { my ($family, $whole) = @_;
  my $key = "$family $whole";
  return $raw{$key} if exists $raw{$key};
  my $six = $family == AF_INET6;
  socket my $socket, $family, SOCK_RAW, $six ? 58 : 1 or return $raw{$key} = undef;
  fcntl $socket, 4, 2048;
  # Asks about the way as it is, not as it was: IPV6_MTU_DISCOVER and IP_MTU_DISCOVER, PROBE; IPV6_DONTFRAG.
  if ($whole) { $six ? (setsockopt($socket, 41, 23, 3), setsockopt($socket, 41, 62, 1)) : setsockopt($socket, 0, 10, 3) }
  return $raw{$key} = $socket }

sub echo { my ($p) = @_;
  $sequence = ($sequence + 1) & 0xffff;
  my $six = $p->{family} == AF_INET6;
  my $body = pack("n n", $id, $sequence) . "n" x $p->{payload};
  my $packet = $six ? pack("C C n", 128, 0, 0) . $body : pack("C C n", 8, 0, sum(pack("C C n", 8, 0, 0) . $body)) . $body;
  $echo{$sequence} = $p; push @{$p->{sequences}}, $sequence;
  defined send($p->{socket}, $packet, 0, $p->{to}) or failed($p, $!) }

sub datagram { my ($p) = @_; defined send($p->{socket}, pack("H*", $p->{payload}), 0) or $! == 111 or failed($p, $!) }

sub begin { my ($p) = @_;
  $p->{begun} = now(); $p->{end} = $p->{begun} + $p->{patience}; $p->{again} = $p->{begun} + 1000;
  $open{$p->{number}} = $p;
  my $tcp = $p->{protocol} eq "tcp";
  my $kind = $p->{protocol} eq "udp" ? SOCK_DGRAM : SOCK_STREAM;
  my %wanted = (socktype => $kind, family => { 0 => 0, 4 => AF_INET, 6 => AF_INET6 }->{$p->{version}});
  my ($error, $found) = $p->{found} ? ("", $p->{found}) : getaddrinfo($p->{host}, $p->{port} || undef, \%wanted);
  return finish($p, "Failed", "name $error") if $error || !$found;
  @$p{"found", "family", "to"} = ($found, $found->{family}, $found->{addr});
  $p->{address} //= numeric($p->{to});
  raw_socket($p->{family}, 0);
  if ($p->{protocol} eq "icmp") { $p->{socket} = raw_socket($p->{family}, $p->{whole}) or return failed($p, $!); return echo($p) }
  socket $p->{socket}, $p->{family}, $kind, 0 or return failed($p, $!);
  fcntl $p->{socket}, 4, 2048;
  if ($p->{from}) {
    # The next one from the same port must not wait for the end of this one (SO_LINGER: it ends with a RST).
    setsockopt $p->{socket}, SOL_SOCKET, SO_REUSEADDR, 1;
    setsockopt $p->{socket}, SOL_SOCKET, SO_LINGER, pack("i i", 1, 0) if $tcp;
    my $any = $p->{family} == AF_INET6 ? pack_sockaddr_in6($p->{from}, "\0" x 16) : pack_sockaddr_in($p->{from}, "\0" x 4);
    bind $p->{socket}, $any or return failed($p, $!);
  }
  my $done = connect $p->{socket}, $p->{to};
  my $errno = $!;
  my $own = getsockname $p->{socket};
  $p->{local} = $own ? (unpack "S n", $own)[1] : 0;
  return failed($p, $errno) unless $done || $errno == 115;
  return finish($p, "Open", "") if $tcp && $done;
  datagram($p) unless $tcp }
`;

const hearing = String.raw`
# The probe that a packet quoted in an ICMP error is of.
sub quoted { my ($six, $inner) = @_;
  return if length $inner < ($six ? 48 : 28);
  my ($next, $at) = $six ? (unpack("x6 C", $inner), 40) : (unpack("x9 C", $inner), 4 * (unpack("C", $inner) & 15));
  ($next, $at) = (unpack("C", substr $inner, 40), 48) if $six && $next == 44;
  return if length $inner < $at + 8;
  my ($from, $to) = unpack "n n", substr $inner, $at;
  my $whom = $six ? substr($inner, 24, 16) : substr($inner, 16, 4);
  if ($next == 1 || $next == 58) { my (undef, $mine, $seq) = unpack "N n n", substr $inner, $at; return $mine == $id ? $echo{$seq} : undef }
  my $protocol = { 6 => "tcp", 17 => "udp" }->{$next} or return;
  # sockaddr_in6 and sockaddr_in: several may come from one port.
  for (values %open) {
    next unless $_->{protocol} eq $protocol && ($_->{local} // 0) == $from && $_->{port} == $to;
    return $_ if $whom eq ($six ? substr($_->{to}, 8, 16) : substr($_->{to}, 4, 4));
  }
  return }

sub heard { my ($six, $packet, $by) = @_;
  $packet = substr $packet, 4 * (unpack("C", $packet) & 15) unless $six;
  return if length $packet < 8;
  my ($type, $code, undef, $mine, $seq) = unpack "C C n n n", $packet;
  if ($type == ($six ? 129 : 0)) { my $p = $mine == $id ? $echo{$seq} : undef; finish($p, "Open", "", $by) if $p; return }
  return unless $six ? $type >= 1 && $type <= 4 : $type == 3 || $type == 11 || $type == 12;
  my $p = quoted($six, substr $packet, 8) or return;
  my $big = $six ? $type == 2 : $type == 3 && $code == 4;
  # The kernel has learnt from it: the next one is cut, and TCP sends again by itself.
  if ($big && !$p->{whole}) { echo($p) if $p->{protocol} eq "icmp" && ++$p->{cut} < 5; return }
  my $mtu = $big ? ($six ? unpack "x4 N", $packet : unpack "x6 n", $packet) : "";
  finish($p, "Refused", "icmp" . ($six ? 6 : 4) . " $type $code $mtu", $by) }

sub hear_raw {
  for my $key (keys %raw) {
    my $socket = $raw{$key} or next;
    while (defined(my $from = recv $socket, my $packet, 65600, 0)) { heard(index($key, "10 ") == 0, $packet, numeric($from)) }
  } }

sub ready_tcp { my ($p) = @_;
  my $errno = unpack "i", getsockopt($p->{socket}, SOL_SOCKET, SO_ERROR);
  return finish($p, "Open", "", $p->{address}) unless $errno;
  hear_raw();
  return finish($p, "Refused", "rst", $p->{address}) if $errno == 111 && $open{$p->{number}};
  failed($p, $errno) if $open{$p->{number}} }

sub ready_udp { my ($p) = @_;
  my $from = recv $p->{socket}, my $answer, 65600, 0;
  return finish($p, "Open", "", $p->{address}, $answer) if defined $from;
  my $errno = $! + 0;
  hear_raw();
  failed($p, $errno) if $open{$p->{number}} && $errno != 11 }

# One turn: waits until something happens, at most until then.
sub turn { my ($until) = @_;
  for my $p (values %open) {
    $until = $p->{end} if $p->{end} < $until;
    $until = $p->{again} if $p->{again} < $until && $p->{protocol} ne "tcp";
  }
  my ($read, $write) = ("", "");
  for (grep { $_ } values %raw) { vec($read, fileno $_, 1) = 1 }
  for (values %open) {
    vec($write, fileno $_->{socket}, 1) = 1 if $_->{protocol} eq "tcp";
    vec($read, fileno $_->{socket}, 1) = 1 if $_->{protocol} eq "udp";
  }
  my $wait = ($until - now()) / 1000;
  if (select($read, $write, undef, $wait > 0 ? $wait : 0) > 0) {
    hear_raw();
    for my $p (values %open) {
      ready_tcp($p) if $p->{protocol} eq "tcp" && vec $write, fileno $p->{socket}, 1;
      ready_udp($p) if $p->{protocol} eq "udp" && vec $read, fileno $p->{socket}, 1;
    }
  }
  my $now = now();
  for my $p (values %open) {
    if ($p->{end} <= $now) { finish($p, "Dropped", "silence") }
    elsif ($p->{again} <= $now && $p->{protocol} ne "tcp") {
      $p->{again} = $now + 1000;
      $p->{protocol} eq "udp" ? datagram($p) : $p->{once} || echo($p);
    }
  } }
sub pour { syswrite STDOUT, $out or exit 0 if $out ne ""; $out = "" }
`;

const modes = String.raw`
my ($mode, @words) = @ARGV;
my @rate = $mode eq "rate" ? splice @words, 0, 2 : ();
my ($count, $ending) = (0, 0);
my @probes = map { my %p; @p{"protocol", "version", "host", "port", "patience", "payload", "whole", "from"} = split /\t/, $_, -1; \%p } @words;
$_->{index} = $count++ for @probes;
$SIG{TERM} = sub { $ending = 1 };
my $number = 0;
sub launch { my ($given) = @_; begin({ %$given, number => $number++, once => $mode ne "all" }) }
if ($mode eq "all") { launch($_) for @probes; pour(); while (%open) { turn(now() + 1000); pour() } }
elsif ($mode eq "series") { for (@probes) { launch($_); turn(now() + 1000) while %open; pour() } }
else {
  my ($per_second, $for) = @rate;
  my ($probe, $sent, $told) = ($probes[0], 0, 0);
  $zero = now(); syswrite STDOUT, "ready\n";
  while (!$ending || %open) {
    my $now = now();
    $ending = 1 if $for && $now - $zero >= $for;
    while (!$ending && $sent * 1000 / $per_second <= $now - $zero) { launch($probe); $sent++ }
    if ($now - $told >= 50) {
      my $oldest = $now;
      for (values %open) { $oldest = $_->{begun} if $_->{begun} < $oldest }
      $out .= sprintf "settled %.3f\n", $oldest - $zero;
      pour(); $told = $now;
    }
    my $next = $ending ? $now + 20 : $zero + $sent * 1000 / $per_second;
    turn($told + 50 < $next ? $told + 50 : $next);
  }
  pour();
}
`;

export const probeScript = `${basics}${sending}${hearing}${modes}`;
