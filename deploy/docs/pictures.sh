#!/usr/bin/env bash
# The pictures of README.md, from a running product: see usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"

usage() {
  cat <<'USAGE'
usage: sudo deploy/docs/pictures.sh [--keep]

Makes deploy/docs/*.png: starts a lab of three hosts (deploy/lab/cluster.sh), gives the first one more networks and ports
in several states and lets guests talk, takes the pictures of the page that README.md and the guides show with headless
Chromium, and removes the lab.

  --keep   leaves all of it running until Ctrl-C, and says where the page is
USAGE
}

keep=no
case ${1:-} in
  "") ;;
  --keep) keep=yes ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

require_root
install_missing iproute2 iputils-ping curl socat iperf3 python3 chromium chromium-driver pngquant fonts-dejavu-core
install_jdk
require_tun
build_distribution

export TAPSWITCH_LAB=${TAPSWITCH_LAB:-tapswitch-pictures}
port=${TAPSWITCH_PICTURES_PORT:-7479}
out=${TAPSWITCH_PICTURES:-$root/deploy/docs}
work=$(mktemp -d /tmp/tapswitch-pictures.XXXXXX)
export TAPSWITCH_LABS=$work
jobs_made=()
made=()

clean_up() {
  local status=$? job namespace
  trap - EXIT
  trap '' INT TERM
  for job in "${jobs_made[@]}"; do kill "$job" 2>/dev/null && wait "$job" 2>/dev/null || true; done
  "$root/deploy/lab/cluster.sh" down >/dev/null 2>&1 || status=1
  for namespace in "${made[@]}"; do ip netns del "$namespace" 2>/dev/null || true; done
  rm -rf "$work" "$waiting"
  give_back
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

socket() { echo "$work/$TAPSWITCH_LAB/hosts/$1/api.sock"; } # host
waiting=/run/$TAPSWITCH_LAB-vm.sock

create() { # host path document
  curl -sS --fail-with-body --unix-socket "$(socket "$1")" "http://localhost/api/v1/$2" \
    -H 'content-type: application/json' -d "$3" -o "$work/answer" || die "$3 was refused: $(cat "$work/answer")"
}
background() { "$@" >/dev/null 2>&1 & jobs_made+=($!); }

guest() { # host name network address
  ip netns add "$TAPSWITCH_LAB-$2"
  made+=("$TAPSWITCH_LAB-$2")
  ip -n "$TAPSWITCH_LAB-$2" link set lo up
  create "$1" ports '{"name": "'"$2"'", "type": "tap", "network": "'"$3"'", "tap": {"interface": "eth0",
    "namespace": "'"$TAPSWITCH_LAB-$2"'", "addresses": ["'"$4"'/24"]}}'
}

# As people do: now more, now less.
flow() { # from to address Mbit/s port
  background ip netns exec "$TAPSWITCH_LAB-$2" iperf3 -s -p "$5"
  background bash -c "while sleep 0.2; do
    ip netns exec $TAPSWITCH_LAB-$1 iperf3 -c $3 -p $5 -t \$((RANDOM % 9 + 2)) -b \$((RANDOM % ($4 * 10) + $4))00k; done"
}

chatter() { # from address seconds
  background ip netns exec "$TAPSWITCH_LAB-$1" ping -q -i "$3" "$2"
}

say "A lab of three hosts"
"$root/deploy/lab/cluster.sh" up >/dev/null || die "the lab did not start"

say "Networks, ports and traffic on h1"
create h1 networks '{"name": "green", "vlan": 20, "vni": 20}'
create h1 networks '{"name": "storage", "vlan": 30, "mtu": 9000}'
guest h1 web1 blue 10.9.0.11
guest h1 web2 blue 10.9.0.12
guest h2 web3 blue 10.9.0.13
guest h1 db1 green 10.20.0.1
for _ in $(seq 50); do
  curl -sf --unix-socket "$(socket h2)" http://localhost/api/v1/networks/green -o /dev/null && break
  sleep 0.2
done
guest h2 db2 green 10.20.0.2
guest h1 nas storage 10.30.0.1
guest h1 backup storage 10.30.0.2
create h1 ports '{"name": "router", "type": "tap", "network": "blue", "trunk": ["green", "storage"],
  "tap": {"interface": "router0"}}'
create h1 ports '{"name": "vm-build", "type": "stream", "network": "green", "stream": {"listen": "unix:'"$waiting"'"}}'
create h1 ports '{"name": "uplink", "type": "interface", "network": "storage", "interface": {"name": "eno9"}}'
create h1 ports '{"name": "spare", "type": "tap", "enabled": false, "tap": {"interface": "spare0"}}'
flow web1 vm2 10.9.0.2 18 5201
flow vm3 web2 10.9.0.12 6 5202
flow db1 db2 10.20.0.2 2 5203
flow nas backup 10.30.0.2 40 5204
chatter vm1 10.9.0.2 0.05
chatter vm3 10.9.0.1 0.1
chatter web2 10.9.0.99 0.3
background socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr" "UNIX-CONNECT:$(socket h1)"

if [ "$keep" = yes ]; then
  say "The page is at http://127.0.0.1:$port/ until Ctrl-C"
  trap 'exit 0' INT
  sleep infinity &
  jobs_made+=($!)
  wait $!
fi

say "Pictures"
python3 "$root/deploy/docs/shoot.py" "http://127.0.0.1:$port/" "$work" <<'PICTURES'
overview-light 1280x0 light /overview 66
overview-dark 1280x0 dark /overview 66
port 1280x800 light /ports/web1 66
PICTURES
for picture in "$work"/*.png; do
  pngquant --force --strip --speed 1 --quality 80-98 --output "$out/$(basename "$picture")" 128 "$picture"
done
say "Made: $(cd "$out" && ls -s --block-size=1K ./*.png | xargs)"
