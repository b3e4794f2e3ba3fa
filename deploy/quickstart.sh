#!/usr/bin/env bash
# TapSwitch in one command: see usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
  cat <<'EOF'
usage: sudo deploy/quickstart.sh [--vm] [--once]

Shows TapSwitch at work on this machine:
  1. installs what is missing (a JDK, Maven, iproute2, ping, curl) and builds TapSwitch
  2. starts a switch, with its state in a temporary directory
  3. makes two network namespaces and, through the REST API, a TAP device in each
  4. pings from one to the other through the switch, IPv4 and IPv6, and shows ports and forwarding table
  5. keeps running, for you to try things, until Ctrl-C; then removes all that it made

  --vm     with two virtual machines beside one namespace; installs QEMU too, and builds a small Linux for them with
           deploy/guest/build.sh. One VM is on a stream port, which is attached while the VM boots; the other one opens
           a TAP that the switch makes. Each reaches the other one and the namespace.
  --once   stop after step 4; the exit code is 0 if everything worked, else 1
EOF
}

once=no
vms=no
for option in "$@"; do
  case $option in
    --once) once=yes ;;
    --vm) vms=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

left=tapswitch-a
right=tapswitch-b
machine_tap=tapswitch-vm2
work=
daemon=
made=()
machines=()
made_machine_tap=no

stop() { # pid
  kill "$1" 2>/dev/null || return 0
  wait "$1" 2>/dev/null || true
}

clean_up() {
  local status=$?
  trap - EXIT
  trap '' INT TERM
  local machine namespace
  for machine in "${machines[@]}"; do stop "$machine"; done
  [ -z "$daemon" ] || stop "$daemon"
  [ "$made_machine_tap" = no ] || ip link del "$machine_tap" 2>/dev/null || true
  for namespace in "${made[@]}"; do ip netns del "$namespace" 2>/dev/null || true; done
  [ -z "$work" ] || rm -rf "$work"
  give_back
  exit "$status"
}

require_root
install_missing iproute2 iputils-ping curl ca-certificates
install_jdk
require_tun
[ "$vms" = no ] || install_qemu
build_distribution
[ "$vms" = no ] || guest=$("$root/deploy/guest/build.sh") || die "there is no Linux for the VMs; see above"
tapswitch=$(distribution)/bin/tapswitch

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
work=$(mktemp -d /tmp/tapswitch-quickstart.XXXXXX)
export TAPSWITCH_CACHE=$work/cache
export TAPSWITCH_SOCKET=$work/api.sock

api() { curl -sS --fail-with-body --unix-socket "$TAPSWITCH_SOCKET" "http://localhost/$1" "${@:2}"; }

say "Starting a switch"
"$tapswitch" run --state-dir "$work/state" --api-socket "$TAPSWITCH_SOCKET" --api-listen none &
daemon=$!
for _ in $(seq 100); do
  [ -S "$TAPSWITCH_SOCKET" ] && api health/ready >/dev/null 2>&1 && break
  kill -0 "$daemon" 2>/dev/null || die "the switch stopped; see its last lines above"
  sleep 0.1
done
api health/ready >/dev/null || die "the switch did not become ready in 10 s"

add_namespace() { # name
  ip netns add "$1" || die "cannot make the namespace; if a quickstart was killed: ip netns del $1"
  made+=("$1")
  ip -n "$1" link set lo up
}

attach() { # port, as JSON
  api api/v1/ports -H 'content-type: application/json' -o "$work/answer" -d "$1" ||
    die "the port $1 could not be attached: $(cat "$work/answer")"
}

attach_namespace() { # port namespace number
  attach '{"name": "'"$1"'", "type": "tap", "network": "default",
    "tap": {"interface": "tap0", "namespace": "'"$2"'",
            "addresses": ["10.77.0.'"$3"'/24", "fd77::'"$3"'/64"], "up": true}}'
}

ping_from() { # namespace address...
  local address
  for address in "${@:2}"; do
    ip netns exec "$1" ping -c 3 -i 0.2 -W 2 "$address" || die "no answer from $address"
  done
}

join_namespaces() {
  say "Two namespaces, $left and $right, with a TAP device in each"
  add_namespace "$left"
  add_namespace "$right"
  attach_namespace a "$left" 1
  attach_namespace b "$right" 2
  say "Ping from $left to $right through the switch"
  ping_from "$left" 10.77.0.2 fd77::2
}

# The VM's serial port reads NAME.in and writes NAME.log. QEMU gives its privileges up once it has its netdev.
start_machine() { # name number netdev
  local name=$1 number=$2 netdev=$3 qemu console
  case $(uname -m) in
    aarch64) qemu=(qemu-system-aarch64 -M virt -cpu cortex-a57) console=ttyAMA0 ;;
    *) qemu=(qemu-system-x86_64 -M q35) console=ttyS0 ;;
  esac
  echo "$name: ${qemu[0]} ... -netdev $netdev,id=n0 -device virtio-net-pci,netdev=n0"
  mkfifo "$work/$name.in"
  "${qemu[@]}" -accel tcg -m 128 -nodefaults -display none -serial stdio -runas nobody \
    -kernel "$guest/vmlinuz" -initrd "$guest/initramfs.gz" \
    -append "console=$console quiet loglevel=1 ts.ip=10.77.0.$number/24 ts.ip6=fd77::$number/64" \
    -netdev "$netdev,id=n0" -device "virtio-net-pci,netdev=n0,romfile=,mac=52:54:00:77:00:0$number" \
    <>"$work/$name.in" >"$work/$name.log" 2>&1 &
  machines+=($!)
}

await_in_console() { # name text seconds
  local machine
  for _ in $(seq $(($3 * 10))); do
    grep -q "$2" "$work/$1.log" && return 0
    for machine in "${machines[@]}"; do kill -0 "$machine" 2>/dev/null || break 2; done
    sleep 0.1
  done
  tail -n 20 "$work/$1.log" >&2
  die "no '$2' from $1 within $3 s; the last lines of its console are above"
}

ping_from_machine() { # name address...
  local address
  for address in "${@:2}"; do
    echo "ping -q -c 3 -i 0.2 -W 2 $address >/dev/null && echo $address answers $1" >"$work/$1.in"
    await_in_console "$1" "$address answers $1" 20
    echo "$address answers $1"
  done
}

join_machines() {
  say "A namespace, $left, with a TAP device: 10.77.0.1"
  add_namespace "$left"
  attach_namespace a "$left" 1

  say "A VM, vm1, on a stream: 10.77.0.2; QEMU waits for the switch, which is told of it while the VM boots"
  start_machine vm1 2 "stream,server=on,addr.type=unix,addr.path=$work/vm1.sock"
  attach '{"name": "vm1", "type": "stream", "stream": {"connect": "unix:'"$work"'/vm1.sock", "reconnectSeconds": 1}}'

  say "A VM, vm2, on a TAP that the switch makes and QEMU opens: 10.77.0.3"
  [ ! -e "/sys/class/net/$machine_tap" ] ||
    die "$machine_tap is there already; if a quickstart was killed: ip link del $machine_tap"
  made_machine_tap=yes
  attach '{"name": "vm2", "type": "interface", "interface": {"name": "'"$machine_tap"'", "createTap": true}}'
  start_machine vm2 3 "tap,ifname=$machine_tap,script=no,downscript=no"

  say "Waiting for both to boot"
  await_in_console vm1 "^tapswitch-guest ready" 90
  await_in_console vm2 "^tapswitch-guest ready" 90
  say "Ping from $left to both VMs"
  ping_from "$left" 10.77.0.2 fd77::2 10.77.0.3 fd77::3
  say "Ping from each VM to the other one and to $left"
  ping_from_machine vm1 10.77.0.3 fd77::3 10.77.0.1 fd77::1
  ping_from_machine vm2 10.77.0.2 fd77::2 10.77.0.1 fd77::1
}

if [ "$vms" = yes ]; then join_machines; else join_namespaces; fi

say "Ports"
"$tapswitch" port list
say "Forwarding table"
"$tapswitch" fdb list

if [ "$once" = yes ]; then
  say "All worked."
  exit 0
fi

cat <<EOF

The switch runs until you press Ctrl-C, which ends this with exit code 0. In another terminal, as root, try:

  export TAPSWITCH_SOCKET=$TAPSWITCH_SOCKET
  $tapswitch status
  $tapswitch port show a
  ip netns exec $left ping fd77::2
  curl --unix-socket $TAPSWITCH_SOCKET http://localhost/api/v1/ports
EOF
[ "$vms" = no ] || cat <<EOF
  echo 'ip addr; ping -c 3 10.77.0.3' >$work/vm1.in; sleep 4; tail -n 20 $work/vm1.log
EOF
echo
trap 'exit 0' INT
wait "$daemon"
