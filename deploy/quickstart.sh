#!/usr/bin/env bash
# TapSwitch in one command: see usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
  cat <<'EOF'
usage: sudo deploy/quickstart.sh [--once]

Shows TapSwitch at work on this machine:
  1. installs what is missing (a JDK, Maven, iproute2, ping, curl) and builds TapSwitch
  2. starts a switch, with its state in a temporary directory
  3. makes two network namespaces and, through the REST API, a TAP device in each
  4. pings from one to the other through the switch, IPv4 and IPv6, and shows ports and forwarding table
  5. keeps running, for you to try things, until Ctrl-C; then removes all that it made

  --once   stop after step 4; the exit code is 0 if everything worked, else 1
EOF
}

once=no
for option in "$@"; do
  case $option in
    --once) once=yes ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

left=tapswitch-a
right=tapswitch-b
work=
daemon=
made=()

clean_up() {
  local status=$?
  trap - EXIT
  trap '' INT TERM
  [ -z "$daemon" ] || { kill "$daemon" 2>/dev/null && wait "$daemon" 2>/dev/null; } || true
  for namespace in "${made[@]}"; do ip netns del "$namespace" 2>/dev/null || true; done
  [ -z "$work" ] || rm -rf "$work"
  give_back
  exit "$status"
}

require_root
install_missing iproute2 iputils-ping curl ca-certificates
install_jdk
require_tun
build_distribution
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

say "Two namespaces, $left and $right, with a TAP device in each"
for namespace in "$left" "$right"; do
  ip netns add "$namespace" || die "cannot make the namespace; if a quickstart was killed: ip netns del $namespace"
  made+=("$namespace")
  ip -n "$namespace" link set lo up
done

attach() { # port namespace number
  api api/v1/ports -H 'content-type: application/json' -o "$work/answer" -d "{
    \"name\": \"$1\", \"type\": \"tap\", \"network\": \"default\",
    \"tap\": {\"interface\": \"tap0\", \"namespace\": \"$2\",
              \"addresses\": [\"10.77.0.$3/24\", \"fd77::$3/64\"], \"up\": true}}" ||
    die "port $1 could not be attached: $(cat "$work/answer")"
}
attach a "$left" 1
attach b "$right" 2

say "Ping from $left to $right through the switch"
for address in 10.77.0.2 fd77::2; do
  ip netns exec "$left" ping -c 3 -i 0.2 -W 2 "$address" || die "no answer from $address"
done

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
trap 'exit 0' INT
wait "$daemon"
