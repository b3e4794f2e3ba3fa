# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are shared between the libraries
# Systems that join two hosts by VXLAN. tsbsa and tsbsb are the hosts: a veth pair, tsbu0 in each, is
# the network between them, and A and B are stations of one each.

OVERLAY_SYSTEMS=(kernel-vxlan ovs-vxlan c-vxlan-relay c-vxlan-relay-plain tapswitch-vxlan
  tapswitch-vxlan-1loop tapswitch-vxlan-encrypted)

UNDERLAY_MTU=1600
STATION_MTU=1500
VNI=100

# on_both_hosts FUNCTION [ARGUMENT...]: once for each host, with STATION, DEVICE, ADDRESS and
# ADDRESS6 of its station, HOST, and LOCAL and REMOTE, the hosts' underlay addresses.
on_both_hosts() {
  STATION=tsba DEVICE=$A_DEVICE ADDRESS=$A_ADDRESS ADDRESS6=$A_ADDRESS6 \
    HOST=tsbsa LOCAL=192.0.2.1 REMOTE=192.0.2.2 "$@" &&
    STATION=tsbb DEVICE=$B_DEVICE ADDRESS=$B_ADDRESS ADDRESS6=$B_ADDRESS6 \
      HOST=tsbsb LOCAL=192.0.2.2 REMOTE=192.0.2.1 "$@"
}

make_underlay() {
  ip link add tsbu0 mtu $UNDERLAY_MTU netns tsbsa type veth \
    peer name tsbu0 mtu $UNDERLAY_MTU netns tsbsb || fail "cannot make the underlay" || return
  ip -n tsbsa link set tsbu0 up && ip -n tsbsb link set tsbu0 up
}

# address_underlay DEVICE
address_underlay() {
  ip -n "$HOST" address add "$LOCAL/24" dev "$1" && ip -n "$HOST" link set "$1" up ||
    fail "cannot configure $1"
}

# tsbv0 in the host is the switch's end of the station's device.
make_station_veth() {
  ip -n "$HOST" link add tsbv0 type veth peer name "$DEVICE" netns "$STATION" &&
    ip -n "$HOST" link set tsbv0 up || fail "cannot make the veth pair of $STATION"
}

up_kernel_vxlan() {
  make_underlay && on_both_hosts address_underlay tsbu0 || return
  started_now
  note "a vxlan device and the station's veth in a bridge; the sending core does the forwarding"
  on_both_hosts join_kernel_vxlan && bring_up_ends
}

join_kernel_vxlan() {
  ip netns exec "$HOST" sysctl -qw net.bridge.bridge-nf-call-iptables=0 \
    net.bridge.bridge-nf-call-ip6tables=0 2>/dev/null
  make_station_veth || return
  ip -n "$HOST" -batch - <<END || fail "cannot make the vxlan device and its bridge"
link add tsbvx type vxlan id $VNI local $LOCAL remote $REMOTE dstport 4789 dev tsbu0
link add tsbbr0 type bridge stp_state 0 forward_delay 0
link set tsbbr0 up
link set dev tsbvx up mtu $STATION_MTU master tsbbr0
link set dev tsbv0 master tsbbr0
END
}

# With userspace-tso-enable, Open vSwitch 3.1 drops what it should send by a tunnel, so the stations
# leave nothing to offload.
up_ovs_vxlan() {
  make_underlay && on_both_hosts create_ovs_database || return
  started_now
  on_both_hosts start_ovs false && on_both_hosts join_ovs_vxlan || return
  note "netdev datapath, packet sockets on veths without offload, userspace-tso-enable=false; \
memory includes ovsdb-server"
  bring_up_ends
}

# It uses its own tunnel code only where one of its bridges has the underlay's address.
join_ovs_vxlan() {
  make_station_veth || return
  ip netns exec "$STATION" ethtool -K "$DEVICE" tx off >"$LOG_DIR/ethtool.log" 2>&1 ||
    fail "ethtool: $(last_log_line ethtool)" || return
  ovs_vsctl -- add-br tsbbr0 -- set bridge tsbbr0 datapath_type=netdev \
    -- add-br tsbbr1 -- set bridge tsbbr1 datapath_type=netdev \
    -- add-port tsbbr1 tsbu0 -- add-port tsbbr0 tsbv0 \
    -- add-port tsbbr0 tsbvx -- set interface tsbvx type=vxlan options:key=$VNI \
    options:local_ip="$LOCAL" options:remote_ip="$REMOTE" options:dst_port=4789 &&
    address_underlay tsbbr1
}

# up_c_vxlan_relay [OPTION]...
up_c_vxlan_relay() {
  make_underlay && on_both_hosts address_underlay tsbu0 || return
  started_now
  on_both_hosts start_c_vxlan_relay "$@" && bring_up_ends
}

start_c_vxlan_relay() {
  start_switch "relay-$HOST" "$WORK/bin/vxlanrelay" "$@" "$STATION:$DEVICE" "$HOST" $VNI \
    "$LOCAL" "$REMOTE"
  wait_until 5 "ready line of the relay" grep -q ready "$LOG_DIR/relay-$HOST.log"
}

# up_tapswitch_vxlan SECRET_FILE [OPTION]...: with a secret, the hosts encrypt what they exchange.
up_tapswitch_vxlan() {
  local secret=$1
  shift
  make_underlay && on_both_hosts address_underlay tsbu0 && find_executable || return
  [[ -z $secret ]] || make_secret "$secret" || return
  started_now
  on_both_hosts launch_tapswitch "$@" && on_both_hosts await_tapswitch &&
    on_both_hosts join_tapswitch_vxlan "$secret"
}

make_secret() {
  (umask 077 && head -c 32 /dev/urandom | base64 -w 0 >"$1") || fail "cannot write $1"
}

join_tapswitch_vxlan() {
  local vxlan="\"remote\":\"$REMOTE\",\"local\":\"$LOCAL\"${1:+,\"secretFile\":\"$1\"}"
  api_or_fail "network" PATCH /api/v1/networks/default "{\"vni\":$VNI}" &&
    api_or_fail "port peer" POST /api/v1/ports \
      "{\"name\":\"peer\",\"type\":\"vxlan\",\"vxlan\":{$vxlan}}" &&
    TAP_MTU=$STATION_MTU attach_tap station "$STATION" "$DEVICE" "$ADDRESS/24" "$ADDRESS6/64"
}

# Seen on the underlay, a marked ping is not encrypted.
check_encrypted() {
  local mark=tsb-in-the-clear observer
  start underlay ip netns exec tsbsa python3 -c 'import socket, sys, time
underlay = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
underlay.bind(("tsbu0", 0))
print("ready", flush=True)
end, clear = time.monotonic() + 2, False
while (left := end - time.monotonic()) > 0:
    underlay.settimeout(left)
    try:
        clear |= sys.argv[1].encode() in underlay.recv(1 << 17)
    except TimeoutError:
        break
print("clear" if clear else "hidden")' "$mark"
  observer=$LAST_PID
  wait_until 5 "observer of the underlay" grep -q ready "$LOG_DIR/underlay.log" || return
  in_a ping -q -n -c 3 -i 0.2 -W 2 -p "$(printf %s "$mark" | od -An -tx1 | tr -d ' \n')" \
    "$B_ADDRESS" >"$LOG_DIR/ping.log" 2>&1 || fail "ping $B_ADDRESS" || return
  finish "$observer" && [[ $(last_log_line underlay) == hidden ]] ||
    fail "frames cross the underlay in the clear"
}
