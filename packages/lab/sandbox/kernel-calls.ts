/** What the lab's perl programs share. perl-base is part of every Debian; nothing else is used of it. Pure. */

/** Perl's core calls the kernel by number. What fails ends its fork, and tells why where errors go. */
export const kernelCalls = `my ($unshare, $mount, $setns) = @{{
  x86_64 => [272, 165, 308], aarch64 => [97, 40, 268],
}->{(POSIX::uname())[4]} // die "lab: unknown machine\\n"};
sub call { my ($what, $number, @args) = @_; syscall($number, @args) == 0 or die "lab: $what: $!\\n" }
`;
