#!/usr/bin/env bash
# The part of test.sh that runs in the copy of the machine. $1: whether systemd runs; then options for dpkg.
set -euo pipefail
cd /opt/test
systemd=$1
shift

ok() { printf 'ok: %s\n' "$*"; }

# fail TEXT: also from within a pipe or a condition.
fail() {
  printf 'FAILED: %s\n' "$*" >&2
  exit 1
}

expect() { # WHAT WANTED GOT
  [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
  ok "$1: $3"
}

property() { systemctl show -P "$1" tapswitch.service; }

# until_true SECONDS COMMAND...
until_true() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

install_package() { # FILE
  dpkg "${options[@]}" -i "$1" >dpkg.log 2>&1 || { cat dpkg.log; fail "dpkg -i $1"; }
}
options=("$@")

# as USER GROUP COMMAND...: with no other group and no capability.
as() {
  local user=$1 group=$2
  shift 2
  setpriv --reuid "$user" --regid nogroup --groups "$group" --bounding-set=-all --inh-caps=-all "$@"
}

reaches() { ip netns exec guest ping -q -c 1 -W 1 "$1" >/dev/null; }

state_of() { tapswitch port list | awk -v name="$1" '$1 == name { print $3 }'; }

test_first_start() {
  expect "service" active "$(property ActiveState)"
  expect "enabled" enabled "$(systemctl is-enabled tapswitch)"
  expect "what it does, in words" "0 ports" "$(property StatusText)"
  local pid status
  pid=$(property MainPID)
  status=$(cat "/proc/$pid/status")
  expect "user" tapswitch "$(stat -c %U "/proc/$pid")"
  # CAP_NET_ADMIN is bit 12, CAP_NET_RAW bit 13.
  expect "capabilities" 0000000000003000 "$(awk '$1 == "CapEff:" { print $2 }' <<<"$status")"
  expect "capabilities it can get" 0000000000003000 "$(awk '$1 == "CapBnd:" { print $2 }' <<<"$status")"
  expect "no new privileges" 1 "$(awk '$1 == "NoNewPrivs:" { print $2 }' <<<"$status")"
  expect "filter of system calls" 2 "$(awk '$1 == "Seccomp:" { print $2 }' <<<"$status")"
  expect "state directory" "tapswitch 700" "$(stat -c '%U %a' /var/lib/tapswitch)"
  expect "API socket" "tapswitch tapswitch 660" "$(stat -c '%U %G %a' /run/tapswitch/api.sock)"
  as nobody tapswitch tapswitch status >/dev/null || fail "a member of the group cannot use the API"
  ok "a member of the group tapswitch may use the API"
  ! as nobody nogroup tapswitch status >/dev/null 2>&1 || fail "anybody can use the API"
  ok "nobody else may"
}

# A guest, in a namespace, behind each kind of port that needs a capability: this host is the other station.
make_ports() {
  ip netns add guest
  ip link add cable0 type veth peer name eth0 netns guest
  ip link add underlay0 type veth peer name underlay1 netns guest
  ip link set cable0 up
  ip addr add 10.96.0.1/24 dev underlay0
  ip link set underlay0 up
  ip -n guest link set lo up
  ip -n guest addr add 10.97.0.2/24 dev eth0
  ip -n guest link set eth0 up
  ip -n guest addr add 10.96.0.2/24 dev underlay1
  ip -n guest link set underlay1 up
  ip -n guest link add vxlan7 type vxlan id 7 remote 10.96.0.1 local 10.96.0.2 dstport 4789
  ip -n guest addr add 10.98.0.2/24 dev vxlan7
  ip -n guest link set vxlan7 up

  # As a TAP is made anew each time, it gets an address that its neighbours know from before.
  tapswitch port add tap0 --type tap --mac 02:00:00:00:97:01 --address 10.97.0.1/24
  tapswitch port add cable0 --type interface
  tapswitch network add blue --vni 7
  tapswitch port add tap1 --type tap --mac 02:00:00:00:98:01 --network blue --address 10.98.0.1/24
  tapswitch port add far --type vxlan --remote 10.96.0.2 --network blue
}

test_frames() {
  until_true 10 reaches 10.97.0.1 || { tapswitch port list; fail "no frames between a TAP and an interface"; }
  ok "frames cross from a TAP to an interface"
  until_true 10 reaches 10.98.0.1 || { tapswitch port list; fail "no frames between a TAP and VXLAN"; }
  ok "frames cross from a TAP to a Linux VTEP"
}

# With the rights that the unit gives.
start_without_systemd() {
  install -d -o tapswitch -g tapswitch /run/tapswitch /var/lib/tapswitch /var/cache/tapswitch
  setpriv --reuid tapswitch --regid tapswitch --clear-groups --no-new-privs --bounding-set=-all,+net_admin,+net_raw \
    --inh-caps=-all,+net_admin,+net_raw --ambient-caps=-all,+net_admin,+net_raw \
    env TAPSWITCH_CACHE=/var/cache/tapswitch tapswitch run >daemon.log 2>&1 &
  daemon=$!
  until_true 30 tapswitch status >/dev/null 2>&1 || { cat daemon.log; fail "the daemon does not start without root"; }
  expect "capabilities" 0000000000003000 "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$daemon/status")"
  expect "user" tapswitch "$(stat -c %U "/proc/$daemon")"
}

stop_without_systemd() {
  kill "$daemon"
  wait "$daemon" || fail "the daemon ended with $?"
  rm -rf /run/tapswitch
  ok "the daemon ended in order"
}

test_upgrade() {
  local before
  before=$(property MainPID)
  echo "# by hand" >>/etc/tapswitch/tapswitch.yaml
  install_package new.deb
  expect "service after the upgrade" active "$(property ActiveState)"
  [ "$(property MainPID)" != "$before" ] || fail "the old daemon runs on"
  ok "the new daemon took over"
  grep -q "by hand" /etc/tapswitch/tapswitch.yaml || fail "the upgrade lost the configuration"
  ok "the configuration is as it was"
  test_frames
}

# Frozen, it cannot say that it is well; so would be a loop that hangs.
test_watchdog() {
  mkdir -p /run/systemd/system/tapswitch.service.d
  printf '[Service]\nWatchdogSec=2\nTimeoutAbortSec=1\n' >/run/systemd/system/tapswitch.service.d/test.conf
  systemctl daemon-reload
  systemctl restart tapswitch
  local pid
  pid=$(property MainPID)
  sleep 3
  expect "service with a short watchdog" "active $pid" "$(property ActiveState) $(property MainPID)"
  kill -STOP "$pid"
  until_true 30 restarted "$pid" || fail "the watchdog does not bite"
  until_true 20 systemctl is-active --quiet tapswitch || fail "it does not come back"
  journalctl -u tapswitch --no-pager | grep "Full thread dump" >/dev/null || fail "its threads are not in the journal"
  ok "a daemon that hangs says where, and is started again"
  rm -r /run/systemd/system/tapswitch.service.d
  systemctl daemon-reload
}

restarted() { [ "$(property NRestarts)" != 0 ] && [ "$(property MainPID)" != "$1" ]; }

test_wrong_configuration() {
  echo "nonsense: 1" >>/etc/tapswitch/tapswitch.yaml
  ! systemctl restart tapswitch 2>/dev/null || fail "it starts with a wrong configuration"
  sleep 2
  expect "service with a wrong configuration" "failed 2 0" \
    "$(property ActiveState) $(property ExecMainStatus) $(property NRestarts)"
  case $(property StatusText) in
    *nonsense*) ok "its status says why: $(property StatusText)" ;;
    *) fail "its status is '$(property StatusText)'" ;;
  esac
  sed -i '/nonsense/d' /etc/tapswitch/tapswitch.yaml
  systemctl restart tapswitch
}

# drop_in NAME: as the documentation says.
drop_in() {
  mkdir -p /etc/systemd/system/tapswitch.service.d
  cp "/usr/share/doc/tapswitch/examples/$1" /etc/systemd/system/tapswitch.service.d/
  systemctl daemon-reload
  systemctl restart tapswitch
}

# Gone with the next start.
no_drop_ins() {
  rm -r /etc/systemd/system/tapswitch.service.d
  systemctl daemon-reload
}

# refused WORD COMMAND...: it fails, and says what it needs.
refused() {
  local said
  ! said=$("${@:2}" 2>&1) || fail "not refused: ${*:2}"
  case $said in
    *"$1"*) ok "refused: $said" ;;
    *) fail "refused without a word of $1: $said" ;;
  esac
}

test_namespaces() {
  local inner=(port add inner --type tap --namespace guest --address 10.97.0.3/24)
  refused CAP_SYS_ADMIN tapswitch "${inner[@]}"
  drop_in namespaces.conf
  tapswitch "${inner[@]}" >/dev/null
  expect "a port in a namespace, with the drop-in" up "$(state_of inner)"
  # Named while the daemon runs: the mount has to reach it.
  ip netns add later
  tapswitch port add late --type tap --namespace later >/dev/null
  expect "a port in a namespace that was made later" up "$(state_of late)"
  tapswitch port remove inner late >/dev/null
  no_drop_ins
}

test_sockets() {
  local other=(port add vm2 --type stream --listen unix:/run/tapswitch/vm2.sock --owner nobody)
  local foreign=(port add vm3 --type stream --listen unix:/run/vms/vm3.sock --owner nobody)
  getent group kvm >/dev/null || groupadd --system kvm
  drop_in sockets.conf
  tapswitch port add vm1 --type stream --listen unix:/run/tapswitch/vm1.sock --group kvm >/dev/null
  expect "a socket for a group of the daemon's" "tapswitch kvm 660" "$(stat -c '%U %G %a' /run/tapswitch/vm1.sock)"
  refused CAP_CHOWN tapswitch "${other[@]}"
  mkdir -m 0700 /run/vms
  chown nobody /run/vms
  refused /run/vms tapswitch "${foreign[@]}"
  # What the drop-in offers besides, in a line that begins with "#" and no blank.
  sed -i 's/^#\([A-Z]\)/\1/' /etc/systemd/system/tapswitch.service.d/sockets.conf
  systemctl daemon-reload
  systemctl restart tapswitch
  tapswitch "${other[@]}" >/dev/null
  expect "a socket for another user" nobody "$(stat -c %U /run/tapswitch/vm2.sock)"
  tapswitch "${foreign[@]}" >/dev/null
  expect "a socket in another user's directory" nobody "$(stat -c %U /run/vms/vm3.sock)"
  tapswitch port remove vm1 vm2 vm3 >/dev/null
  no_drop_ins
}

test_disabled() {
  systemctl disable --now tapswitch 2>/dev/null
  install_package new.deb
  expect "disabled, after installing it again" "disabled inactive" \
    "$(systemctl is-enabled tapswitch) $(property ActiveState)"
  systemctl enable --now tapswitch 2>/dev/null
}

test_documents() {
  man -w tapswitch-port-add >/dev/null || fail "no manual page"
  man tapswitch | grep "virtual Ethernet switch" >/dev/null || fail "the manual page is empty"
  bash -c '. /usr/share/bash-completion/completions/tapswitch && COMP_WORDS=(tapswitch port a) COMP_CWORD=2 &&
    COMP_LINE="tapswitch port a" && _complete_tapswitch && [[ " ${COMPREPLY[*]} " == *" add "* ]]' ||
    fail "bash does not complete 'tapswitch port a'"
  ok "manual pages and completion"
}

test_removal() {
  dpkg -r tapswitch >dpkg.log 2>&1 || { cat dpkg.log; fail "dpkg -r"; }
  [ ! -e /usr/bin/tapswitch ] && [ ! -e /usr/share/tapswitch ] || fail "programs are left"
  [ -e /etc/tapswitch/tapswitch.yaml ] || fail "the configuration is gone"
  if [ "$systemd" = yes ]; then
    ! pgrep -u tapswitch >/dev/null || fail "the daemon runs on"
    [ -e /var/lib/tapswitch/state.json ] || fail "the state is gone"
  fi
  ok "removed; configuration and state stay"
}

test_purge() {
  dpkg -P tapswitch >dpkg.log 2>&1 || { cat dpkg.log; fail "dpkg -P"; }
  local left
  left=$(find /etc /usr /var /run /lib/systemd -xdev -name '*tapswitch*' -not -path '/var/log/*' -not -path '/run/host/*' \
    -not -path '/var/cache/man/*' -not -path '/var/tmp/*' -not -path '*/systemd/units/*' 2>/dev/null || true)
  [ -z "$left" ] || fail "purged, but this is left: $left"
  ! getent passwd tapswitch >/dev/null && ! getent group tapswitch >/dev/null || fail "the user is left"
  ok "purged; nothing is left"
}

# Of an installation of this machine's own there is to be nothing in the way.
dpkg -P tapswitch >/dev/null 2>&1 || true
install_package old.deb
test_documents
getent passwd tapswitch >/dev/null || fail "no user"
if [ "$systemd" = yes ]; then
  systemd-analyze verify /usr/lib/systemd/system/tapswitch.service || fail "systemd-analyze verify"
  ok "systemd-analyze: $(systemd-analyze security --offline=yes /usr/lib/systemd/system/tapswitch.service | tail -n 1)"
  test_first_start
  make_ports
  test_frames
  test_upgrade
  test_watchdog
  test_wrong_configuration
  test_namespaces
  test_sockets
  test_disabled
else
  install_package new.deb
  ok "upgraded"
  start_without_systemd
  make_ports
  test_frames
  stop_without_systemd
fi
test_removal
test_purge
if [ "$systemd" = yes ]; then
  # What a removal leaves is to be no obstacle.
  install_package new.deb
  expect "service after installing it again" active "$(property ActiveState)"
  dpkg -P tapswitch >/dev/null 2>&1
fi
