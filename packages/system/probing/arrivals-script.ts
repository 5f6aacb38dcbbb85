/**
 * The program that tells what comes to a network namespace to open something: the first packet of a TCP connection, datagrams, echo
 * requests. It takes a copy of each IPv6 packet from a packet socket, before any program there gets it, and is no part of its way.
 * Lines of JSON: one that it has begun, then an Arrival each, once. Pure.
 */

/** Seconds: it ends by itself, whoever forgets it. */
const longest = 300;
const mostTold = 10_000;

/** Numbers of Linux stand for AF_PACKET, SOCK_DGRAM, ETH_P_IPV6 and PACKET_OUTGOING; 0x12 are the flags SYN and ACK. */
export const arrivalsScript = String.raw`
use Socket qw(:DEFAULT inet_ntop AF_INET6);
$| = 1; alarm ${longest};
socket my $in, 17, 2, unpack("S", pack("n", 0x86dd)) or die "packet socket: $!\n";
print qq({"ready":true}\n);
my %told;
while (keys %told < ${mostTold}) {
  my $from = recv $in, my $packet, 2048, 0;
  next if !defined $from || length $packet < 48 || unpack("x10 C", $from) == 4;
  my ($next, $source, $body) = (unpack("x6 C", $packet), substr($packet, 8, 16), substr $packet, 40);
  my ($sport, $port) = unpack "n n", $body;
  my $protocol;
  if ($next == 6) { $protocol = "tcp" if length $body >= 14 && (unpack("x13 C", $body) & 0x12) == 2 }
  elsif ($next == 17) { $protocol = "udp" }
  elsif ($next == 58 && unpack("C", $body) == 128) { ($protocol, $sport, $port) = ("icmp", 0, 0) }
  next unless $protocol;
  my $line = sprintf qq({"protocol":"%s","source":"%s","sourcePort":%d,"port":%d}\n), $protocol, inet_ntop(AF_INET6, $source), $sport, $port;
  print $line unless $told{$line}++;
}
`;
