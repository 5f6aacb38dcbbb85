#!/bin/sh
# Written by Netwright. Supervises one container.
generation='default.shop-web-1@cf1e9e835b8b'
bundle='/run/netwright/crun/default.shop-web-1@cf1e9e835b8b'
siblings='/run/netwright/crun/default.shop-web-1@'
root='/run/netwright/crun-state'
trash='/run/netwright/crun-trash'
group='/netwright/default.shop-web-1@cf1e9e835b8b'
mounts='/sys/fs/cgroup/cpu /sys/fs/cgroup/memory /sys/fs/cgroup/pids'
groups='/sys/fs/cgroup/cpu/netwright/default.shop-web-1@cf1e9e835b8b /sys/fs/cgroup/memory/netwright/default.shop-web-1@cf1e9e835b8b /sys/fs/cgroup/pids/netwright/default.shop-web-1@cf1e9e835b8b'
kills='/sys/fs/cgroup/memory/netwright/default.shop-web-1@cf1e9e835b8b/memory.oom_control'
signal='3'
grace='3'
volumes=''
writable='/var/lib/netwright/images/writable/default.shop-web-1@cf1e9e835b8b'
prepare() {
  mkdir -p "$bundle/rootfs" $groups || return
  echo '100000' >'/sys/fs/cgroup/cpu/netwright/default.shop-web-1@cf1e9e835b8b/cpu.cfs_period_us' || return
  echo '50000' >'/sys/fs/cgroup/cpu/netwright/default.shop-web-1@cf1e9e835b8b/cpu.cfs_quota_us' || return
  echo '134217728' >'/sys/fs/cgroup/memory/netwright/default.shop-web-1@cf1e9e835b8b/memory.limit_in_bytes' || return
  [ ! -e '/sys/fs/cgroup/memory/netwright/default.shop-web-1@cf1e9e835b8b/memory.memsw.limit_in_bytes' ] || echo '134217728' >'/sys/fs/cgroup/memory/netwright/default.shop-web-1@cf1e9e835b8b/memory.memsw.limit_in_bytes' || return
  echo '102' >'/sys/fs/cgroup/pids/netwright/default.shop-web-1@cf1e9e835b8b/pids.max' || return
  for dir in "$bundle/rootfs" "$bundle/files"; do [ ! -d "$dir" ] || chown -R 1000:50 "$dir" || return; done
}
enter() {
  rm -rf "$writable" && mkdir -p "$writable/work" && mkdir -m 755 "$writable/upper" || exit 125
  exec unshare --mount --propagation private sh -c '
    cd "$1/lower" && mount -t overlay -o "$3" overlay "$1/rootfs" && cd / || exit 125
    [ ! -e "$1/io.sh" ] || sh "$1/io.sh" "$1"/volumes/* "$2/mount" || exit 125
    shift 3
    exec "$@"
  ' sh "$bundle" "$writable" 'nosuid,nodev,volatile,lowerdir=0:1:2,upperdir=upper,workdir=work' "$@"
}

pause() { sleep "$1" 9>&- & wait "$!"; kill "$!" 2>/dev/null; }

# Sets pid when the container's first process lives; a reused pid is in another control group.
running() {
  pid=
  # crun ends the file without a newline, which read takes for a failure.
  { read -r pid <"$bundle/pid"; } 2>/dev/null
  [ -n "$pid" ] && grep -qsF "$group" "/proc/$pid/cgroup"
}

end_container() {
  while [ -e "$bundle/starting" ] && ! running && kill -0 "$child" 2>/dev/null; do sleep 0.02 9>&-; done
  running || return
  kill -s "$signal" "$pid" 2>/dev/null
  timeout "$grace" tail --pid="$pid" -s 0.02 -f /dev/null 9>&- && return
  running && kill -KILL "$pid"
}

oom_kills() {
  count=0
  while read -r key value; do [ "$key" = oom_kill ] && count=$value; done <"$kills"
}

# Leaves no process, group or file.
remove_all() {
  if running; then kill -KILL "$pid"; fi
  [ -d "$root/$generation" ] && crun --root "$root" --cgroup-manager=disabled delete --force "$generation"
  for mount in $mounts; do
    for try in 1 2 3 4 5 6 7 8 9 10; do
      [ -d "$mount$group" ] || break
      rmdir "$mount$group" 2>/dev/null && break
      sleep 0.05 9>&-
    done
    (cd "$mount" && dir=${group%/*} && rmdir -p "${dir#/}" 2>/dev/null)
  done
  # Gone at once: half a bundle would look like one that nobody supervises.
  mkdir -p "$trash" && mv "$bundle" "$trash/$generation.$$"
  rm -rf "$bundle" "$trash"
  [ -z "$writable" ] || rm -rf "$writable"
}

# A volume is for one container at a time; its loop device is there for as long as somebody has it mounted. The lines
# have no blanks to split at.
await_volumes() {
  for file in $volumes; do
    while [ -z "$stopping" ] && [ -n "$(losetup --noheadings --output NAME --associated "$file" 9>&-)" ]; do
      : >"$bundle/waiting"
      pause 0.05
    done
  done
  [ ! -e "$bundle/waiting" ] || rm -f "$bundle/waiting"
}

# Runs the container to its end; its status is in code, "-" where nobody could see it.
run_container() {
  : >"$bundle/starting"
  [ -d "$root/$generation" ] && crun --root "$root" --cgroup-manager=disabled delete --force "$generation"
  (
    for dir in $groups; do echo 0 >"$dir/cgroup.procs" || exit 125; done
    enter crun --root "$root" --cgroup-manager=disabled run --bundle "$bundle" --pid-file "$bundle/pid" "$generation"
  ) </dev/null 9>&- &
  child=$!
  while :; do
    wait "$child"
    code=$?
    kill -0 "$child" 2>/dev/null || break
    end_container
  done
  rm -f "$bundle/starting"
}

# A container whose crun or whose former supervisor was killed: it is left in peace and watched.
watch_container() {
  while running; do
    if [ -n "$stopping" ]; then end_container; else pause 0.1; fi
    code=-
  done
}

exec 9>"$bundle/lock"
if [ "${1:-}" = remove ]; then
  stopping=1
  # A supervisor lives after all: it is asked to do it.
  flock --nonblock 9 || { : >"$bundle/stop"; read -r pid _ <"$bundle/supervisor" && kill -TERM "$pid"; exit; }
  remove_all
  exit 0
fi
flock --nonblock 9 || exit 0
read -r stat </proc/self/stat
echo "$stat" >"$bundle/supervisor"
stopping= child= restarts=0 delay=200 code=
trap 'stopping=1' TERM
[ -e "$bundle/stop" ] && stopping=1
{ read -r _ _ restarts _ <"$bundle/exit"; } 2>/dev/null && restarts=$((restarts + 1))

# Only one generation of an instance runs at a time.
for other in "$siblings"*; do
  while [ "$other" != "$bundle" ] && [ -e "$other" ] && [ -z "$stopping" ]; do
    : >"$bundle/waiting"
    pause 0.02
  done
done
[ ! -e "$bundle/waiting" ] || rm -f "$bundle/waiting"

while [ -z "$stopping" ] || running; do
  read -r began _ </proc/uptime
  # The parent may go away in between, with the last group of another supervisor.
  prepared=1
  prepare || prepare || prepared=
  oom_kills; before=$count
  [ -z "$volumes" ] || [ -e "$bundle/pid" ] || await_volumes
  [ -z "$stopping" ] || running || break
  # A start whose end nobody recorded is a former supervisor's; the container may live.
  if [ -e "$bundle/pid" ]; then code=-; elif [ -n "$prepared" ]; then run_container; else code=125; fi
  watch_container
  oom_kills
  read -r ended _ </proc/uptime
  [ "$((${ended%.*} - ${began%.*}))" -ge 60 ] && delay=200
  echo "$code $(date +%s%3N) $restarts $((count - before)) $delay" >"$bundle/exit.new"
  mv "$bundle/exit.new" "$bundle/exit"
  rm -f "$bundle/pid"
  [ -n "$stopping" ] && break
  pause "$((delay / 1000)).$(printf %03d $((delay % 1000)))"
  delay=$((delay * 2)); [ "$delay" -gt 30000 ] && delay=30000
  restarts=$((restarts + 1))
done
remove_all
