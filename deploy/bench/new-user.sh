#!/usr/bin/env bash
# Times the way of a new user on a fresh Debian: see usage below.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

usage() {
  cat <<'END'
usage: sudo deploy/bench/new-user.sh [--release NAME] [--keep]

Makes a fresh Debian (default: bookworm) with debootstrap in a temporary directory, with the package sources and
certificates of this machine and nothing else of it, copies the committed tree into it, and follows the README there:

  1. quickstart.sh --vm --once        two VMs that ping, from nothing
  2. the distribution by hand         a switch, two ports, a capture in a file that tcpdump reads
  3. quickstart.sh --cluster --once   three hosts that find each other

Prints the seconds of each, downloads included. Runs in its own mount namespace; what it makes is gone when it ends, unless
--keep leaves the directory. Needs root, debootstrap and the network.
END
}

release=bookworm keep=no
while (($#)); do
  case $1 in
    --release) release=${2:?--release needs a name} && shift ;;
    --keep) keep=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || { echo "error: needs root: run it with sudo" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "error: apt-get install debootstrap" >&2; exit 2; }
if [ -z "${TSB_INSIDE:-}" ]; then
  # Mounts and named namespaces of the fresh machine are nobody else's.
  options=(--release "$release")
  [ $keep = no ] || options+=(--keep)
  TSB_INSIDE=1 exec unshare --mount --propagation private "$0" "${options[@]}"
fi

fresh=$(mktemp -d /tmp/tsb-fresh.XXXXXX)
cleanup() {
  umount -R "$fresh" 2>/dev/null || true
  if [ $keep = yes ]; then echo "left in $fresh"; else rm -rf --one-file-system "$fresh"; fi
}
trap cleanup EXIT
trap 'exit 130' INT TERM

log() { echo "[$(date +%T)] $*" >&2; }

inside() { chroot "$fresh" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 bash -euc "cd /src; $1"; }

# step WHAT SCRIPT: runs it in the fresh machine and prints what it took.
step() {
  local began=$EPOCHREALTIME
  log "$1"
  if ! inside "$2" >"$fresh/step.log" 2>&1; then
    tail -n 40 "$fresh/step.log" >&2
    echo "error: failed: $1" >&2
    exit 1
  fi
  awk -v a="$began" -v b="$EPOCHREALTIME" -v what="$1" 'BEGIN { printf "| %s | %.0f |\n", what, b - a }'
}

log "a fresh $release"
# Its own sources may be a mirror that only this machine's configuration knows.
# shellcheck disable=SC2016 # apt-get's own
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
debootstrap --variant=minbase --include=ca-certificates "$release" "$fresh" "$mirror" >"$fresh.log" 2>&1 ||
  { tail -n 5 "$fresh.log" >&2; exit 1; }
rm -f "$fresh.log"
rm -rf "$fresh/etc/apt"
cp -a /etc/apt "$fresh/etc/apt"
cp -a /usr/local/share/ca-certificates/. "$fresh/usr/local/share/ca-certificates/" 2>/dev/null || true
cp /etc/resolv.conf /etc/hosts "$fresh/etc/"
mkdir "$fresh/src"
# "ip netns exec" wants its root to be a mount point.
mount --bind "$fresh" "$fresh"
git -C "$root" archive HEAD | tar -x -C "$fresh/src"
mount -t proc proc "$fresh/proc"
mount --rbind /sys "$fresh/sys"
mount --rbind /dev "$fresh/dev"
mount -t tmpfs tmpfs "$fresh/run"
mount -t tmpfs tmpfs "$fresh/tmp"
inside update-ca-certificates >/dev/null 2>&1

echo "| step | seconds |"
echo "|---|--:|"
step "fresh machine to two VMs that ping" 'deploy/quickstart.sh --vm --once'
# shellcheck disable=SC2016 # expands in the fresh machine
step "to a capture in a file" '
  export PATH=$PATH:$(echo /src/deploy/target/tapswitch-*/tapswitch-*/bin) TAPSWITCH_SOCKET=/run/tsb.sock
  tapswitch run --state-dir /run/tsb --api-socket $TAPSWITCH_SOCKET --api-listen none &
  daemon=$!
  trap "kill $daemon; wait $daemon; ip netns delete tsbn1; ip netns delete tsbn2" EXIT
  until tapswitch status >/dev/null 2>&1; do sleep 0.1; done
  for n in 1 2; do
    ip netns add tsbn$n
    tapswitch port add tsbn$n --type tap --namespace tsbn$n --address 10.0.0.$n/24
  done
  ip netns exec tsbn1 ping -q -i 0.2 -c 30 10.0.0.2 &
  tapswitch capture tsbn1 --count 10 --seconds 10 -w /tmp/tsbn1.pcapng
  wait $!
  test "$(stat -c %s /tmp/tsbn1.pcapng)" -gt 1000'
step "to a network of three hosts" 'deploy/quickstart.sh --cluster --once'
