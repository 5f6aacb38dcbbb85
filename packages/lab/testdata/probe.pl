# Datagrams with numbers: `echo PORT` answers them, `count PORT` prints those that came until one says "end", `ask` and
# `send` ADDRESS PORT COUNT OCTETS [PATIENCE] send them; `ask` prints the shortest and the median round trip in
# milliseconds and the numbers answered within so many seconds, half of one when left out.
use strict; use warnings; use Socket qw(:DEFAULT inet_pton IPPROTO_IPV6); use Time::HiRes qw(time sleep);
my ($verb, @words) = @ARGV;
$| = 1;
socket my $socket, AF_INET6, SOCK_DGRAM, 0 or die $!;
setsockopt $socket, SOL_SOCKET, SO_RCVBUF, pack "i", 4 << 20;
sub number { my ($data) = @_; return unpack "N", $data }
if ($verb eq "echo" || $verb eq "count") {
  bind $socket, pack_sockaddr_in6($words[0], "\0" x 16) or die $!;
  print "ready\n";
  while (defined(my $from = recv $socket, my $data, 65535, 0)) {
    if ($verb eq "echo") { send $socket, $data, 0, $from; next }
    last if number($data) == 0xffffffff;
    print number($data), "\n";
  }
  exit;
}
my ($address, $port, $count, $octets, $patience) = @words;
# IPV6_DONTFRAG: what is too large for the device is not sent.
setsockopt $socket, IPPROTO_IPV6, 62, pack "i", 1 or die $!;
connect $socket, pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) or die $!;
my (@got, @took);
for my $n (0 .. $count - 1) {
  my $began = time;
  send $socket, pack("N", $n) . "x" x ($octets - 4), 0;
  if ($verb eq "send") { sleep 0.0002; next }
  vec(my $ready = "", fileno $socket, 1) = 1;
  next unless select $ready, undef, undef, $patience // 0.5;
  defined recv $socket, my $data, 65535, 0 or next;
  push @got, number($data);
  push @took, (time - $began) * 1000;
}
@took = sort { $a <=> $b } @took;
print join(" ", $took[0] // 0, $took[@took / 2] // 0, @got), "\n" if $verb eq "ask";
