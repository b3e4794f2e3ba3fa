# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are shared between the libraries
# One function per system under test. up_<system> starts it, puts tsba0 into tsba and tsbb0 into
# tsbb, sets SWITCH_PIDS through start_switch, and leaves both devices up with their addresses.
# It calls started_now when the system itself begins, for the time to the first frame.

HOST= # where a system has two hosts: the namespace of the one that a function is about

started_now() {
  STARTED_AT=${EPOCHREALTIME/./}
}

up_system() {
  case $SYSTEM in
    c-relay) up_c_relay ;;
    c-relay-2t) up_c_relay --threads 2 ;;
    c-relay-plain) up_c_relay --no-offload ;;
    linux-bridge) up_linux_bridge ;;
    vde_switch) up_vde_switch ;;
    ovs-netdev) up_ovs_netdev tap false ;;
    ovs-netdev-tso) up_ovs_netdev tap true ;;
    ovs-packet) up_ovs_netdev system true ;;
    tapswitch) up_tapswitch ;;
    tapswitch-1loop) up_tapswitch --event-loops 1 ;;
    tapswitch-plain) up_tapswitch_plain ;;
    tapswitch-interface) up_tapswitch_interface ;;
    kernel-vxlan) up_kernel_vxlan ;;
    ovs-vxlan) up_ovs_vxlan ;;
    c-vxlan-relay) up_c_vxlan_relay ;;
    c-vxlan-relay-plain) up_c_vxlan_relay --plain ;;
    tapswitch-vxlan) up_tapswitch_vxlan "" ;;
    tapswitch-vxlan-1loop) up_tapswitch_vxlan "" --event-loops 1 ;;
    tapswitch-vxlan-encrypted) up_tapswitch_vxlan "$LOG_DIR/secret" ;;
  esac
}

bring_up_ends() {
  bring_up_end tsba "$A_DEVICE" "$A_ADDRESS" "$A_ADDRESS6" &&
    bring_up_end tsbb "$B_DEVICE" "$B_ADDRESS" "$B_ADDRESS6"
}

bring_up_end() {
  ip -n "$1" -batch - <<END || fail "cannot configure $2"
link set $2 up
address add $3/24 dev $2
address add $4/64 dev $2 nodad
END
}

move_ends_from_switch() {
  ip -n tsbs -batch - <<END || fail "cannot move the TAPs"
link set $A_DEVICE netns tsba
link set $B_DEVICE netns tsbb
END
}

up_c_relay() {
  started_now
  start_switch relay "$WORK/bin/relay" "$@" "tsba:$A_DEVICE" "tsbb:$B_DEVICE"
  wait_until 5 "ready line of the relay" grep -q ready "$LOG_DIR/relay.log" || return
  bring_up_ends
}

# tsbva and tsbvb in tsbs are the switch's ends of the two devices.
make_veths() {
  ip -n tsbs -batch - <<END || fail "cannot make the veth pairs"
link add tsbva type veth peer name $A_DEVICE netns tsba
link add tsbvb type veth peer name $B_DEVICE netns tsbb
link set tsbva up
link set tsbvb up
END
}

up_linux_bridge() {
  started_now
  # An untuned namespace would send every bridged IP packet through the netfilter hooks.
  in_s sysctl -qw net.bridge.bridge-nf-call-iptables=0 net.bridge.bridge-nf-call-ip6tables=0 \
    2>/dev/null
  make_veths || return
  ip -n tsbs -batch - <<END || fail "cannot make the bridge" || return
link add tsbbr0 type bridge stp_state 0 forward_delay 0
link set tsbbr0 up
link set tsbva master tsbbr0
link set tsbvb master tsbbr0
END
  note "veth pairs into a bridge; the sending core does the forwarding"
  bring_up_ends
}

# Both TAPs in the vde_switch process itself: with two vde_plug2tap processes it measured about
# half the TCP and a third of the frames, for every frame then crosses two more sockets. A TAP goes
# on working when it is moved to another namespace. vde_switch exits when its console ends, hence
# the fifo.
up_vde_switch() {
  mkfifo "$LOG_DIR/console"
  started_now
  INPUT=$LOG_DIR/console start_switch vde ip netns exec tsbs vde_switch \
    --sock "$LOG_DIR/vde.ctl" --tap "$A_DEVICE" --tap "$B_DEVICE"
  wait_until 5 "TAP of vde_switch" ip -n tsbs link show "$B_DEVICE" || return
  note "TAPs opened by vde_switch (--tap), moved to the namespaces"
  move_ends_from_switch && bring_up_ends
}

# Where the Open vSwitch of this host has its sockets, logs and database.
ovs_directory() {
  echo "$LOG_DIR/ovs$HOST"
}

create_ovs_database() {
  mkdir -p "$(ovs_directory)" && ovsdb-tool create "$(ovs_directory)/conf.db" \
    /usr/share/openvswitch/vswitch.ovsschema || fail "cannot create the OVS database"
}

ovs_vsctl() {
  ovs-vsctl --db="unix:$(ovs_directory)/db.sock" --timeout=10 "$@" 2>"$LOG_DIR/vsctl.log" ||
    fail "ovs-vsctl: $(last_log_line vsctl)"
}

# start_ovs TSO
start_ovs() {
  local tso=$1 directory database
  directory=$(ovs_directory) database=unix:$directory/db.sock
  export OVS_RUNDIR=$directory OVS_LOGDIR=$directory OVS_DBDIR=$directory
  start_switch "ovsdb$HOST" ovsdb-server "$directory/conf.db" --remote="p$database" --no-chdir \
    --unixctl="$directory/ovsdb.ctl"
  wait_until 5 "ovsdb-server" test -S "$directory/db.sock" || return
  ovs_vsctl --no-wait init -- set Open_vSwitch . other_config:userspace-tso-enable="$tso" || return
  start_switch "vswitchd$HOST" ip netns exec "${HOST:-tsbs}" ovs-vswitchd "$database" --no-chdir \
    --unixctl="$directory/vswitchd.ctl"
}

# up_ovs_netdev TYPE TSO: the ports are TAPs of its own, or 'system' ones: AF_PACKET on veths.
up_ovs_netdev() {
  local type=$1 tso=$2 a=$A_DEVICE b=$B_DEVICE
  create_ovs_database || return
  started_now
  start_ovs "$tso" || return
  [[ $type == tap ]] || { make_veths && a=tsbva b=tsbvb; } || return
  ovs_vsctl -- add-br tsbbr0 -- set bridge tsbbr0 datapath_type=netdev \
    -- add-port tsbbr0 "$a" -- set interface "$a" type="$type" \
    -- add-port tsbbr0 "$b" -- set interface "$b" type="$type" || return
  note "netdev datapath, type=$type ports, userspace-tso-enable=$tso; memory includes ovsdb-server"
  [[ $type == system ]] || move_ends_from_switch || return
  bring_up_ends
}

find_tapswitch() {
  local script newest=
  if [[ $TAPSWITCH ]]; then
    TAPSWITCH=$(realpath -m "$TAPSWITCH")
    return
  fi
  for script in "$REPOSITORY"/deploy/target/tapswitch*/bin/tapswitch \
    "$REPOSITORY"/deploy/target/tapswitch*/tapswitch*/bin/tapswitch; do
    [[ -x $script && (-z $newest || $script -nt $newest) ]] && newest=$script
  done
  TAPSWITCH=${newest%/bin/tapswitch}
}

api() {
  local method=$1 path=$2 body=${3:-} type=application/json
  [[ $method != PATCH ]] || type=application/merge-patch+json
  curl -sS --fail-with-body --max-time 30 --unix-socket "$LOG_DIR/api$HOST.sock" -X "$method" \
    ${body:+-H "content-type: $type" -d "$body"} "http://localhost$path"
}

# api_or_fail WHAT METHOD PATH BODY
api_or_fail() {
  local what=$1
  shift
  api "$@" >"$LOG_DIR/api.log" 2>&1 || fail "$what: $(tr -d '\n' <"$LOG_DIR/api.log")"
}

# attach_tap NAME NAMESPACE DEVICE [ADDRESS...]; with TAP_OFFLOAD=false the kernel cuts and sums;
# without TAP_MTU it has the network's.
attach_tap() {
  local name=$1 namespace=$2 device=$3 addresses
  shift 3
  printf -v addresses '"%s",' "$@"
  (($#)) || addresses=
  api_or_fail "port $name" POST /api/v1/ports "{\"name\":\"$name\",\"type\":\"tap\",
    \"network\":\"default\",\"tap\":{\"interface\":\"$device\",\"namespace\":\"$namespace\",
    \"addresses\":[${addresses%,}],${TAP_MTU:+\"mtu\":$TAP_MTU,}
    \"offload\":${TAP_OFFLOAD:-true},\"up\":true}}"
}

find_executable() {
  [[ -x $TAPSWITCH/bin/tapswitch ]] ||
    fail "no bin/tapswitch in '$TAPSWITCH': build the distribution or give --tapswitch"
}

launch_tapswitch() {
  start_switch "tapswitch$HOST" ${HOST:+ip netns exec "$HOST"} "$TAPSWITCH/bin/tapswitch" run \
    --state-dir "$LOG_DIR/state$HOST" --api-socket "$LOG_DIR/api$HOST.sock" --api-listen none "$@"
}

await_tapswitch() {
  wait_until 30 "readiness" api GET /health/ready || fail "$REASON: $(last_log_line "tapswitch$HOST")"
}

start_tapswitch() {
  find_executable || return
  started_now
  launch_tapswitch "$@" && await_tapswitch
}

up_tapswitch() {
  start_tapswitch "$@" &&
    attach_tap a tsba "$A_DEVICE" "$A_ADDRESS/24" "$A_ADDRESS6/64" &&
    attach_tap b tsbb "$B_DEVICE" "$B_ADDRESS/24" "$B_ADDRESS6/64"
}

# A is like a VM without offload; the switch joins its TCP segments on the way to B.
up_tapswitch_plain() {
  note "A's TAP without offload; B's with"
  start_tapswitch && TAP_OFFLOAD=false attach_tap a tsba "$A_DEVICE" "$A_ADDRESS/24" \
    "$A_ADDRESS6/64" && attach_tap b tsbb "$B_DEVICE" "$B_ADDRESS/24" "$B_ADDRESS6/64"
}

# attach_interface NAME DEVICE: a packet socket on a veth that is in tsbs.
attach_interface() {
  api_or_fail "port $1" POST /api/v1/ports "{\"name\":\"$1\",\"type\":\"interface\",
    \"interface\":{\"name\":\"$2\",\"namespace\":\"tsbs\"}}"
}

up_tapswitch_interface() {
  note "interface ports on veth pairs, as the Linux bridge has"
  start_tapswitch && make_veths && attach_interface a tsbva && attach_interface b tsbvb &&
    bring_up_ends
}
