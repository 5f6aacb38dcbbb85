/** What the lab's perl program asks of the kernel. perl-base is part of every Debian; nothing else is used of it. Pure. */

/** Namespaces of clone(2), as one process of its own has them. */
export const cloneFlags = {
  net: 0x4000_0000,
  pid: 0x2000_0000,
  uts: 0x0400_0000,
  mount: 0x0002_0000,
  cgroup: 0x0200_0000,
};

/** Flags of mount(2). */
export const mountFlags = {
  plain: 0,
  guarded: 2 | 4 | 8,
  bind: 4096,
  bindAll: 4096 | 16_384,
  /** Of a bind that is there: nothing is made or removed in it. Devices in it may be written to. */
  readOnly: 1 | 32 | 4096,
  move: 8192,
  privateAll: 16_384 | 262_144,
};

const { net, pid, uts, mount, cgroup } = cloneFlags;

/**
 * Perl's core calls the kernel by number. `born` is fork(2) into namespaces of its own: one process for what unshare(2)
 * takes two for. What fails throws why.
 */
export const kernelCalls = String.raw`
my ($unshare, $mount, $umount, $clone, $prctl, $pivot) = @{{
  x86_64 => [272, 165, 166, 56, 157, 155], aarch64 => [97, 40, 39, 220, 167, 41],
}->{(POSIX::uname())[4]} // die "unknown machine\n"};
sub call { my ($what, $number, @args) = @_; syscall($number, @args) == 0 or die "$what: $!\n" }
sub born {
  my $child = syscall $clone, ${net | pid | uts | mount} | POSIX::SIGCHLD(), 0, 0, 0, 0;
  die "clone: $!\n" if $child < 0;
  return $child }
sub leave_cgroup_view { call("unshare", $unshare, ${cgroup}) }
# SIGKILL when the parent ends.
sub die_with_parent { call("prctl", $prctl, 1, POSIX::SIGKILL(), 0, 0, 0) }

sub put { my ($file, $text) = @_;
  open my $out, ">", $file or die "$file: $!\n";
  syswrite($out, $text) // die "$file: $!\n" }
sub make { my ($target) = @_;
  # Before it is the root, a link in it leads to the machine.
  die "$target: a link that leads out of the root\n" if $target =~ m{^/run/lab/root/} && -l $target;
  return if -d $target; make($target =~ s{/[^/]+$}{}r); mkdir $target or -d $target or die "$target: $!\n" }
# Pid and start time as that procfs sees them; together they name a process for ever (proc(5)).
sub identity { my ($proc) = @_;
  open my $stat, "<", "$proc/self/stat" or die "$proc: $!\n";
  my @fields = split " ", <$stat> =~ s/\(.*\)/()/r;
  return "$fields[0] $fields[21]" }

# What a plan is made of.
my $netlink;
# Where commands start that say nothing else.
my $home = "/";
my %steps = (
  set => sub { put(@_) },
  make => sub { make($_[0]) },
  mount => sub { my ($source, $target, $type, $flags, $options) = @_;
    call("mount $target", $mount, $source, $target, $type, $flags + 0, $options) },
  # Mounts may lie over each other.
  detach => sub { my ($target) = @_; 1 while syscall($umount, $target, 2) == 0 },
  # Other file systems of the machine: over each a layer of the node's own, or nothing is written where that cannot be had.
  others => sub { my ($root, $layers) = @_;
    my $count = 0;
    open my $mounts, "<", "/proc/self/mounts" or die "mounts: $!\n";
    for (<$mounts>) {
      my $target = (split)[1] =~ s/\\(\d{3})/chr oct $1/ger;
      next if $target =~ m{^/(?:$|(?:proc|sys|dev|run|etc)(?:/|$)|var/(?:lib|tmp)(?:/|$))} || !-e $target || !-e "$root$target";
      my ($upper, $work) = map { "$layers/" . $count++ } 1, 2;
      my $options = "lowerdir=$target,upperdir=$upper,workdir=$work";
      if (-d $target && $options !~ /[:\\]/) {
        make($_) for $upper, $work;
        next if eval { call("mount $target", $mount, "lab", "$root$target", "overlay", 0, $options); 1 };
      }
      call("mount $target", $mount, $target, "$root$target", "none", ${mountFlags.bind}, "");
      call("mount $target", $mount, $target, "$root$target", "none", ${mountFlags.readOnly}, "");
    } },
  # Nothing of the old root is to be seen afterwards.
  root => sub { my ($root) = @_;
    chdir $root or die "$root: $!\n";
    call("pivot_root", $pivot, ".", ".");
    call("leave the old root", $umount, ".", 2);
    chdir "/" or die "/: $!\n" },
  home => sub { ($home) = @_ },
  variable => sub { $ENV{$_[0]} = $_[1] },
  send => sub { my ($part, $last, $data) = @_; transmit($part, $last, $data) },
);
sub perform { my ($verb, @words) = @$_; $steps{$verb}->(@words) }

# To the kernel of the namespace that this process is in; throws what it refused first.
sub transmit { my ($part, $last, $data) = @_;
  unless ($netlink) {
    socket $netlink, 16, 3, 0 or die "netlink: $!\n";
    # Answers with a reason, without what was asked.
    setsockopt $netlink, 270, $_, pack "i", 1 for 10, 11;
  }
  syswrite($netlink, $data) // die "netlink: $!\n";
  my ($number, $refused) = (0);
  while ($number != $last) {
    sysread($netlink, my $reply, 65536) // die "netlink: $!\n";
    (my ($type, $flags), $number, my $error) = (unpack "L S S L L l", $reply)[1, 2, 3, 5];
    next if $type != 2 || !$error;
    $! = -$error;
    my ($length, $kind, $reason) = $flags & 0x200 ? unpack "x36 S S Z*", $reply : ();
    $refused //= "refused $part $number $!" . ($kind && $kind == 1 ? " ($reason)" : "") . "\n";
  }
  die $refused if $refused }
`;
