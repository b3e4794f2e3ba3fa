#!/usr/bin/env bash
# A throw-away copy of this machine, in which packages can be installed: see usage below.
set -euo pipefail

usage() {
  cat <<'END'
usage: machine.sh DIRECTORY [COMMAND...]

Runs COMMAND, or systemd, as the first process of a machine that sees this one's files and cannot change them: what it
writes is in memory, and gone with it. To be started in namespaces of its own:

  unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child deploy/package/machine.sh DIRECTORY

DIRECTORY is empty; /run/host/ready in the machine says that its files are there.
END
}

case ${1:-} in
  -h | --help) usage; exit 0 ;;
  "") usage >&2; exit 2 ;;
esac
base=$1
shift
# Where systemd 252 looks for services; what belongs to the hardware or the network of a real machine is not to start.
masked=(systemd-udevd.service systemd-udev-trigger.service systemd-udevd-control.socket systemd-udevd-kernel.socket
  systemd-modules-load.service systemd-sysctl.service systemd-binfmt.service systemd-networkd.service
  systemd-resolved.service systemd-timesyncd.service systemd-random-seed.service systemd-journal-flush.service
  systemd-update-utmp.service systemd-pcrphase.service apparmor.service keyboard-setup.service console-setup.service
  networking.service nftables.service)

mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$base"
mkdir "$base"/{upper,work,root}
mount -t overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" overlay "$base/root"
root=$base/root

mount -t proc proc "$root/proc"
# As container managers do: what is read-only here, systemd leaves alone.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount -o remount,bind,rw "$root/proc/sys/net"
mount -t sysfs -o ro sysfs "$root/sys"
for directory in run tmp dev; do
  mount -t tmpfs -o mode=0755 tmpfs "$root/$directory"
done
chmod 1777 "$root/tmp"
for node in null zero full random urandom tty net/tun; do
  mkdir -p "$(dirname "$root/dev/$node")"
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
ln -s /proc/self/fd "$root/dev/fd"
: >"$root/dev/console"

# One tree where the kernel has one; else the two that systemd needs for itself.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=0755 tmpfs "$root/sys/fs/cgroup"
  mkdir "$root"/sys/fs/cgroup/{systemd,unified}
  mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified" || true
fi

for unit in "${masked[@]}"; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
find "$root/etc/systemd/system" -path '*.wants/*' -delete
# Containers' images often forbid packages to start services; this one has a systemd for it.
rm -f "$root/usr/sbin/policy-rc.d" "$root/var/lib/man-db/auto-update"
: >"$root/etc/machine-id"
mkdir -p "$root/run/host"
touch "$root/run/host/ready"
ip link set lo up

[ $# -gt 0 ] || set -- /lib/systemd/systemd --unit=basic.target --log-target=journal --show-status=false
cd "$root"
mkdir -p run/host/old
pivot_root . run/host/old
exec chroot . /bin/sh -c 'umount -l /run/host/old && exec env -i container=tapswitch-test \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' sh "$@"
