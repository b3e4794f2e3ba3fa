#!/usr/bin/env bash
# Tests the Debian package: see usage below.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../setup.sh"

usage() {
  cat <<'END'
usage: sudo deploy/package/test.sh [--without-systemd] [PACKAGE]

Tests the Debian package that "mvn package" made, in a throw-away copy of this machine (deploy/package/machine.sh): neither
its files nor its packages nor its systemd are touched.
  1. lintian and systemd-analyze have nothing to say
  2. an older version is installed: systemd starts it, unprivileged, and frames cross TAPs, interfaces and VXLAN
  3. it is upgraded to this one, which keeps settings and ports; the watchdog, a wrong configuration, the drop-ins
  4. it is removed, then purged, and nothing is left

Where systemd cannot run as the first process of a PID namespace, or with --without-systemd, the daemon is started with
the rights that systemd gives it, and the rest of 3 is left out.
END
}

systemd=yes
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  --without-systemd) systemd=no; shift ;;
  -*) usage >&2; exit 2 ;;
esac
require_root
package=${1:-$root/deploy/target/tapswitch_$(version)_all.deb}
[ -f "$package" ] || die "there is no $package: build it with mvn package"
install_missing lintian systemd adduser iproute2 iputils-ping man-db dpkg-dev curl
require_tun

work=$(mktemp -d)
machine=
cgroups=()

clean_up() {
  [ -z "$machine" ] || { kill -KILL "$machine" 2>/dev/null || true; wait "$machine" 2>/dev/null || true; }
  for cgroup in "${cgroups[@]}"; do
    echo $$ >"$(dirname "$cgroup")/cgroup.procs" || true
    # The last processes of the machine are on their way out.
    for _ in $(seq 50); do
      find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || true
      [ -d "$cgroup" ] || break
      sleep 0.1
    done
  done
  rm -rf "$work"
}
trap clean_up EXIT

# own_cgroup: the machine is to see a part of each tree, so that it and the next one do not mix.
own_cgroup() {
  local tree
  for tree in /sys/fs/cgroup /sys/fs/cgroup/unified /sys/fs/cgroup/systemd; do
    [ -f "$tree/cgroup.procs" ] || continue
    mkdir "$tree/tapswitch-test-$$" && echo $$ >"$tree/tapswitch-test-$$/cgroup.procs" || continue
    cgroups+=("$tree/tapswitch-test-$$")
  done
}

# start_machine [COMMAND...]: systemd, or the command.
start_machine() {
  local directory=$work/machine
  mkdir -p "$directory"
  unshare --mount --pid --net --uts --ipc --cgroup --fork --kill-child "$here/machine.sh" "$directory" "$@" \
    >>"$work/machine.log" 2>&1 &
  machine=$!
  for _ in $(seq 100); do
    sleep 0.1
    kill -0 "$machine" 2>/dev/null || return 1
    first=$(cat "/proc/$machine/task/$machine/children" 2>/dev/null) && first=${first% } && [ -n "$first" ] || continue
    ! inside test -f /run/host/ready -a ! -d /run/host/old/proc 2>/dev/null || return 0
  done
  return 1
}

inside() { nsenter --target "$first" --all --root --wd env -i LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
  PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

systemd_runs() {
  local state
  for _ in $(seq 150); do
    state=$(inside systemctl is-system-running 2>/dev/null || true)
    case $state in running | degraded) return 0 ;; esac
    kill -0 "$machine" 2>/dev/null || return 1
    sleep 0.1
  done
  return 1
}

say "The package, by lintian"
lintian --allow-root --fail-on error,warning "$package"

# The same package as the version before.
older=$work/older.deb
dpkg-deb -R "$package" "$work/older"
sed -i 's/^Version: .*/Version: 0.0.9/' "$work/older/DEBIAN/control"
dpkg-deb -Zgzip -z1 --root-owner-group -b "$work/older" "$older" >/dev/null

force=()
dpkg-query -S "$(readlink -f "$(command -v java)")" >/dev/null 2>&1 || {
  echo "The Java of this machine is from no package: dependencies are not tested."
  force=(--force-depends)
}

own_cgroup
if [ "$systemd" = yes ] && { ! start_machine || ! systemd_runs; }; then
  echo "SKIPPED: systemd does not run here as the first process of a PID namespace, so the daemon is not started by it:"
  tail -n 5 "$work/machine.log"
  kill -KILL "$machine" 2>/dev/null || true
  wait "$machine" 2>/dev/null || true
  systemd=no
fi
if [ "$systemd" = no ]; then
  start_machine /bin/sleep infinity || { cat "$work/machine.log"; die "no copy of this machine can be made"; }
fi

inside mkdir -p /opt/test
for file in "$package:new.deb" "$older:old.deb" "$here/inside.sh:inside.sh"; do
  inside sh -c "cat >/opt/test/${file##*:}" <"${file%:*}"
done
say "The package, in a copy of this machine"
inside bash /opt/test/inside.sh "$systemd" "${force[@]}" || {
  [ "$systemd" = no ] || inside journalctl --no-pager -u tapswitch | tail -n 60
  die "the package failed its test"
}
