#!/usr/bin/env bash
# TapSwitch in one command: see usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
  cat <<'EOF'
usage: sudo deploy/quickstart.sh [--vm | --overlay | --cluster] [--once]

Shows TapSwitch at work on this machine:
  1. installs what is missing (a JDK, Maven, iproute2, ping, curl) and builds TapSwitch
  2. starts a switch, with its state in a temporary directory
  3. makes two network namespaces and, through the REST API, a TAP device in each
  4. pings from one to the other through the switch, IPv4 and IPv6, and shows ports and forwarding table
  5. keeps running, for you to try things, until Ctrl-C; then removes all that it made

  --vm     with two virtual machines beside one namespace; installs QEMU too, and builds a small Linux for them with
           deploy/guest/build.sh. One VM is on a stream port, which is attached while the VM boots; the other one opens
           a TAP that the switch makes. Each reaches the other one and the namespace.
  --overlay
           with a switch on each of two hosts, which are namespaces too, joined by a cable with an MTU of 1500: one
           Ethernet across both by VXLAN. Each namespace of step 3 is on a host of its own.
  --cluster
           with three hosts that find each other: a network is defined on one of them, and a guest on each is in it.
           The hosts are a lab, deploy/lab/cluster.sh, in which they can be killed, cut off and started again.
  --once   stop after step 4; the exit code is 0 if everything worked, else 1
EOF
}

once=no
vms=no
overlay=no
cluster=no
for option in "$@"; do
  case $option in
    --once) once=yes ;;
    --vm) vms=yes ;;
    --overlay) overlay=yes ;;
    --cluster) cluster=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
[[ $vms$overlay$cluster != *yes*yes* ]] || { usage >&2; exit 2; }

left=tapswitch-a
right=tapswitch-b
left_host=tapswitch-h1
right_host=tapswitch-h2
machine_tap=tapswitch-vm2
work=
daemons=()
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
  local machine daemon namespace
  for machine in "${machines[@]}"; do stop "$machine"; done
  for daemon in "${daemons[@]}"; do stop "$daemon"; done
  [ "$cluster" = no ] || "$root/deploy/lab/cluster.sh" down || status=1
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

# Commands and functions below mean the switch whose socket is $TAPSWITCH_SOCKET.
api() { curl -sS --fail-with-body --unix-socket "$TAPSWITCH_SOCKET" "http://localhost/$1" "${@:2}"; }

start_switch() { # [command that runs it...]
  # A host that is a namespace has a loopback interface that no browser reaches.
  local page=127.0.0.1:0
  [ "$overlay" = no ] || page=none
  "$@" "$tapswitch" run --state-dir "${TAPSWITCH_SOCKET%.sock}.state" --api-socket "$TAPSWITCH_SOCKET" \
    --api-listen "$page" &
  local daemon=$!
  daemons+=("$daemon")
  for _ in $(seq 300); do
    [ -S "$TAPSWITCH_SOCKET" ] && api health/ready >/dev/null 2>&1 && break
    kill -0 "$daemon" 2>/dev/null || die "the switch stopped; see its last lines above"
    sleep 0.1
  done
  api health/ready >/dev/null || die "the switch did not become ready in 30 s"
}

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

# The VM's serial port reads NAME.in and writes NAME.log.
start_machine() { # name number netdev
  local name=$1 number=$2 netdev=$3 qemu
  machine_command "$guest" "ts.ip=10.77.0.$number/24 ts.ip6=fd77::$number/64" "$netdev" "52:54:00:77:00:0$number"
  echo "$name: ${qemu[0]} ... -netdev $netdev,id=n0 -device virtio-net-pci,netdev=n0"
  mkfifo "$work/$name.in"
  "${qemu[@]}" <>"$work/$name.in" >"$work/$name.log" 2>&1 &
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

tell() { # word..., of a command
  echo "tapswitch $*" >&2
  "$tapswitch" "$@"
}

start_host() { # name number other-number station
  say "$1: a switch, the other host as a port, and a namespace, $4, with a TAP device"
  ip -n "$1" address add "192.0.2.$2/24" dev underlay
  ip -n "$1" link set underlay up
  start_switch ip netns exec "$1"
  tell network set default vni=77 >/dev/null
  tell port add "host$3" --type vxlan --remote "192.0.2.$3" --local "192.0.2.$2"
  attach_namespace a "$4" "$2"
}

await_vtep() { # port
  for _ in $(seq 100); do
    [[ $(api "api/v1/ports/$1") != *'"state":"alive"'* ]] || return 0
    sleep 0.1
  done
  die "the VTEP of $1 answered no probe in 10 s"
}

show() { # [of which switch]
  say "Ports${1:-}"
  "$tapswitch" port list
  say "Forwarding table${1:-}"
  "$tapswitch" fdb list
}

join_hosts() {
  say "Two hosts, $left_host and $right_host, namespaces as well, joined by a cable: 192.0.2.1 and 192.0.2.2"
  add_namespace "$left_host"
  add_namespace "$right_host"
  add_namespace "$left"
  add_namespace "$right"
  ip link add underlay netns "$left_host" type veth peer name underlay netns "$right_host"
  TAPSWITCH_SOCKET=$work/$left_host.sock start_host "$left_host" 1 2 "$left"
  TAPSWITCH_SOCKET=$work/$right_host.sock start_host "$right_host" 2 1 "$right"
  TAPSWITCH_SOCKET=$work/$left_host.sock await_vtep host2
  TAPSWITCH_SOCKET=$work/$right_host.sock await_vtep host1
  say "Ping from $left to $right: through one switch, over the cable, through the other switch"
  ping_from "$left" 10.77.0.2 fd77::2
  say "The largest packet that fits, 1450 bytes: the cable's 1500 less 50 for the outer headers"
  ip netns exec "$left" ping -c 1 -W 2 -M do -s 1422 10.77.0.2 || die "no answer to a packet of 1450 bytes"
  TAPSWITCH_SOCKET=$work/$right_host.sock show " of $right_host"
  export TAPSWITCH_SOCKET=$work/$left_host.sock
  show " of $left_host"
  say "What $left_host knows of the other host, and the MTU that this leaves"
  "$tapswitch" port show host2 | sed -n '/^remote:/,/^  encrypted:/p'
  "$tapswitch" network list
}

# Commands of the lab go through its script, as a user's would.
lab() {
  echo "deploy/lab/cluster.sh $*" >&2
  "$root/deploy/lab/cluster.sh" "$@"
}

join_cluster() {
  # Without archives, which are for those who start a daemon twice.
  export TAPSWITCH_LAB=tapswitch-quickstart TAPSWITCH_LABS=$work TAPSWITCH_CACHE=/dev/null
  "$root/deploy/lab/cluster.sh" down
  lab up || die "the cluster did not start; see above"
  say "Ping between all guests, each on a host of its own"
  lab ping || die "a guest was not reached"
  say "The hosts, as h1 sees them"
  lab exec h1 tapswitch host list
  say "The forwarding table of h1: whose station is where, by host and port"
  lab exec h1 tapswitch fdb list blue
  say "Who has which IP address, as h1 knows"
  lab exec h1 tapswitch neighbour list blue
  say "What happened lately"
  lab exec h1 tapswitch events --limit 8
}

stay_with_cluster() {
  cat <<EOT

Made: an underlay, three hosts with a daemon each, the network blue, defined on h1, and a guest on each host.
They run until you press Ctrl-C, which ends this with exit code 0. In another terminal, as root, try:

  export TAPSWITCH_LAB=$TAPSWITCH_LAB TAPSWITCH_LABS=$TAPSWITCH_LABS
  alias lab=$root/deploy/lab/cluster.sh
  lab status
  lab move vm1 h2; lab ping
  lab kill h3; sleep 3; lab exec h1 tapswitch host list; lab start h3
  lab cut h1,h2 h3; lab ping; lab heal; lab exec h1 tapswitch events
  lab --help

EOT
  trap 'exit 0' INT
  sleep infinity &
  daemons+=($!)
  wait $!
}

if [ "$cluster" = yes ]; then
  join_cluster
elif [ "$overlay" = yes ]; then
  join_hosts
else
  say "Starting a switch"
  start_switch
  if [ "$vms" = yes ]; then join_machines; else join_namespaces; fi
  show
fi

if [ "$once" = yes ]; then
  say "All worked."
  exit 0
fi

[ "$cluster" = no ] || stay_with_cluster

cat <<EOF

The switch runs until you press Ctrl-C, which ends this with exit code 0. In another terminal, as root, try:

  export TAPSWITCH_SOCKET=$TAPSWITCH_SOCKET
  $tapswitch status
  $tapswitch port show a
  ip netns exec $left ping fd77::2
  $tapswitch capture a --print
  $tapswitch trace a --to ff:ff:ff:ff:ff:ff --type arp
  $tapswitch doctor
  curl --unix-socket $TAPSWITCH_SOCKET http://localhost/api/v1/ports
EOF
[ "$vms" = no ] || cat <<EOF
  echo 'ip addr; ping -c 3 10.77.0.3' >$work/vm1.in; sleep 4; tail -n 20 $work/vm1.log
EOF
[ "$overlay" = yes ] || echo "  $tapswitch login    # prints a link to the page, for a browser on this machine"
[ "$overlay" = no ] || cat <<EOF
  ip netns exec $left_host tcpdump -ni underlay udp port 4789
  ip -n $left_host link set underlay down; sleep 6; $tapswitch port list
EOF
echo
trap 'exit 0' INT
wait -n "${daemons[@]}"
