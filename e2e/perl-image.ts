/** Images with a web server of their own: perl of this machine with its libraries, by GNU tar and umoci. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

export const umoci = (...args: readonly string[]): void => void execFileSync("umoci", [...args]);

/**
 * Needs no module: numbers of Linux, from socket(7) and ipv6(7). In expressions $asked is the request's first line.
 * @param text an expression: what every request is answered @param status another one
 */
const server = (text: string, status: string): string => String.raw`
$| = 1; $SIG{PIPE} = "IGNORE"; $SIG{TERM} = sub { exit 0 };
sub file { open(my $in, "<", $_[0]) or return ""; local $/; my $all = <$in>; $all }
socket(my $listener, 10, 1, 6); setsockopt($listener, 1, 2, pack("i", 1));
bind($listener, pack("S n N a16 N", 10, 8080, 0, "\0" x 16, 0)) or die "bind: $!"; listen($listener, 64);
while (1) {
  accept(my $client, $listener) or next;
  my $asked = <$client> // "";
  while (defined(my $line = <$client>)) { last if $line =~ /^\r?$/ }
  my $text = ${text};
  my $status = ${status};
  syswrite($client, "HTTP/1.1 $status\r\nConnection: close\r\nContent-Length: " . length($text) . "\r\n\r\n$text");
  shutdown($client, 1);
  close($client);
}`;

/** Makes the layout `image` in the directory, with the tag 1. @param text see `server` */
export function makePerlImage(directory: string, image: string, text: string, status = '"200 OK"'): void {
  const libraries = [...execFileSync("ldd", ["/usr/bin/perl"], { encoding: "utf8" }).matchAll(/(\/\S+) \(0x/g)];
  const files = ["/usr/bin/perl", ...libraries.map(([, path = ""]) => path)];
  const layer = join(directory, "layer.tar");
  execFileSync("tar", ["--dereference", "-cf", layer, "-C", "/", ...files.map((path) => path.slice(1))]);
  writeFileSync(join(directory, "server.pl"), server(text, status));
  umoci("init", "--layout", image);
  umoci("new", "--image", `${image}:1`);
  umoci("raw", "add-layer", "--image", `${image}:1`, layer);
  umoci("insert", "--image", `${image}:1`, join(directory, "server.pl"), "/srv/server.pl");
  umoci("config", "--image", `${image}:1`, "--config.entrypoint=/usr/bin/perl", "--config.cmd=/srv/server.pl");
  umoci(
    "config",
    "--image",
    `${image}:1`,
    "--config.user=1234:99",
    "--config.workingdir=/srv",
    "--config.env=GREETING=image",
  );
}
