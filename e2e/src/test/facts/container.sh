# What a process of a container has and may do, one fact a line. Runs in any shell with a busybox, as the container's user.
# EscapeFactsTest runs it in a pod and compares what it says with proa.txt. For containerd.txt it was run by
#   ctr run --rm --seccomp --rootfs ROOTFS facts sh -c "$(cat container.sh)"
# where ROOTFS holds a static busybox; see docs/security.md.
status() { sed -n "s/^$1:[[:space:]]*//p" /proc/self/status; }
echo "user $(id -u) groups $(id -G)"
for set in CapEff CapBnd CapInh CapAmb; do echo "$set $(status $set)"; done
echo "Seccomp $(status Seccomp)"
echo "NoNewPrivs $(status NoNewPrivs)"
echo "user namespace of its own $([ "$(cat /proc/self/uid_map | tr -s ' ' | sed 's/^ //')" = '0 0 4294967295' ] && echo no || echo yes)"
echo "cgroups outside of its own $(cut -d: -f3 /proc/self/cgroup | grep -vcx /)"
echo "devices $(ls /dev | grep -vE '^(fd|std.*|core|pts|shm|mqueue|ptmx|termination-log)$' | tr '\n' ' ')"
# Files that somebody may write by their mode, and this process by their mount: opening says so, and nothing is written.
echo "writable in /proc and /sys $(find /proc /sys -maxdepth 4 -path '/proc/[0-9]*' -prune -o -path /proc/self -prune \
  -o -path /proc/thread-self -prune -o -type f -print 2>/dev/null | while read -r file; do
  [ $((0$(stat -c %a "$file") & 0222)) -ne 0 ] && (: >>"$file") 2>/dev/null && echo "$file"
done | sort | tr '\n' ' ')"
for path in /proc/acpi /proc/interrupts /proc/kcore /proc/keys /proc/latency_stats /proc/sched_debug /proc/scsi \
  /proc/timer_list /sys/devices/virtual/powercap /sys/firmware; do
  [ -e $path ] || continue
  [ -d $path ] && { [ -z "$(ls -A $path)" ] && echo "empty $path" || echo "readable $path"; continue; }
  [ "$(head -c 1 $path 2>/dev/null | wc -c)" = 0 ] && echo "empty $path" || echo "readable $path"
done
echo "read-only $(sed -n 's/^[^ ]* \(\/[^ ]*\) [^ ]* ro.*/\1/p' /proc/self/mounts | grep -E '^/(proc|sys)' | grep -v /sys/fs/cgroup/ | sort | tr '\n' ' ')"
