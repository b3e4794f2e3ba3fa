#!/usr/bin/env bash
# Compares TapSwitch with other ways to join two network namespaces. `bench.sh --help` says how.

set -u -o pipefail
export LC_ALL=C

BENCH_DIR=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
REPOSITORY=$(cd "$BENCH_DIR/../.." && pwd)
printf -v COMMAND_LINE '%q ' "${BASH_SOURCE[0]}" "$@"
COMMAND_LINE=${COMMAND_LINE//\\,/,}

ALL_SYSTEMS=(c-relay c-relay-2t c-relay-plain linux-bridge vde_switch ovs-netdev ovs-netdev-tso
  ovs-packet tapswitch tapswitch-1loop tapswitch-plain tapswitch-interface)

SYSTEMS=("${ALL_SYSTEMS[@]}")
SECONDS_PER_TEST=5
REPEAT=3
WARM_UP=4
JSON=
TAPSWITCH=
MODE=

# shellcheck source=lib/session.sh
source "$BENCH_DIR/lib/session.sh"
# shellcheck source=lib/systems.sh
source "$BENCH_DIR/lib/systems.sh"
# shellcheck source=lib/measure.sh
source "$BENCH_DIR/lib/measure.sh"
# shellcheck source=lib/scale.sh
source "$BENCH_DIR/lib/scale.sh"
# shellcheck source=lib/stream.sh
source "$BENCH_DIR/lib/stream.sh"
# shellcheck source=lib/overlay.sh
source "$BENCH_DIR/lib/overlay.sh"
# shellcheck source=lib/operators.sh
source "$BENCH_DIR/lib/operators.sh"

usage() {
  cat <<END
usage: bench.sh [OPTION]...

Joins the namespaces tsba and tsbb by each system in turn, measures it, and prints a Markdown table
(standard output) and a JSON file. Needs root and two cores; installs missing Debian packages.
Everything it makes is named tsb*, and is gone when it ends.

  --only A,B        run only these of: ${ALL_SYSTEMS[*]};
                    with --overlay, of: ${OVERLAY_SYSTEMS[*]}
  --seconds N       length of one measurement (default $SECONDS_PER_TEST)
  --repeat N        repeat each figure with fresh processes, report the median (default $REPEAT)
  --warm-up N       seconds of traffic before the first measurement of a process (default $WARM_UP)
  --quick           one second, one repeat, one second of warm-up
  --json FILE       default deploy/bench/results/latest.json (with --scale, --streams and
                    so on: latest-scale.json and so on)
  --tapswitch DIR   unpacked TapSwitch distribution (default: the newest under deploy/target)
  --scale           TapSwitch only, instead of the comparison: frames/s by number of attached
                    ports and by number of FDB entries
  --streams         instead of the comparison: frames/s between two stream sockets, as VMs have
                    them, against a C relay and vde_switch; and segmentation from a TAP to a stream
  --overlay         instead of the comparison: the same measurements between two hosts, tsbsa and
                    tsbsb, that each system joins by VXLAN. Underlay: a veth at MTU $UNDERLAY_MTU
  --operators       TapSwitch only, instead of the comparison: the same process quiet, and with a
                    capture, /metrics each second, 100 REST requests a second and an open page
  --help            this text

TCP and RTT run unpinned. Frame tests pin the sender to core 0 and every thread of the switch to
core 1; frames are counted at the receiving device. A second RTT has everything on core 1.

Exit status: 0 when every system ran, 1 when one failed (its row says why), 2 for a wrong option or
machine.
END
}

die() {
  echo "bench.sh: $*" >&2
  exit 2
}

log() {
  echo "[$(date +%T)] $*" >&2
}

need_number() {
  [[ $2 =~ ^[1-9][0-9]*$ ]] || die "$1 needs a positive whole number, not '$2'"
}

select_systems() {
  local system known=("${ALL_SYSTEMS[@]}")
  [[ $MODE != overlay ]] || known=("${OVERLAY_SYSTEMS[@]}")
  IFS=, read -r -a SYSTEMS <<<"$1"
  for system in "${SYSTEMS[@]}"; do
    [[ " ${known[*]} " == *" $system "* ]] ||
      die "unknown system '$system'; there are: ${known[*]}"
  done
}

select_overlay() {
  MODE=overlay
  SYSTEMS=("${OVERLAY_SYSTEMS[@]}")
  NAMESPACES=(tsba tsbb tsbsa tsbsb)
}

parse_options() {
  local only
  while (($#)); do
    case $1 in
      --only | --seconds | --repeat | --warm-up | --json | --tapswitch)
        (($# >= 2)) || die "$1 needs a value"
        ;;&
      --only) only=$2 && shift ;;
      --seconds) need_number "$@" && SECONDS_PER_TEST=$2 && shift ;;
      --repeat) need_number "$@" && REPEAT=$2 && shift ;;
      --warm-up) need_number "$@" && WARM_UP=$2 && shift ;;
      --json) JSON=$2 && shift ;;
      --tapswitch) TAPSWITCH=$2 && shift ;;
      --quick) SECONDS_PER_TEST=1 REPEAT=1 WARM_UP=1 ;;
      --scale) MODE=scale SYSTEMS=(tapswitch) ;;
      --streams) MODE=streams SYSTEMS=(tapswitch vde_switch) ;;
      --overlay) select_overlay ;;
      --operators) MODE=operators SYSTEMS=(tapswitch) ;;
      --help | -h) usage && exit 0 ;;
      *) die "unknown option '$1'; see --help" ;;
    esac
    shift
  done
  [[ ! -v only ]] || select_systems "$only"
  JSON=${JSON:-$BENCH_DIR/results/latest${MODE:+-$MODE}.json}
}

check_machine() {
  ((EUID == 0)) || die "needs root: it makes namespaces and TAPs"
  (($(nproc) >= 2)) || die "needs two cores: one sends, one switches"
  exec 9<"$BENCH_DIR"
  flock -n 9 || die "another run is in progress"
  local name
  for name in "${NAMESPACES[@]}"; do
    [[ ! -e /run/netns/$name ]] ||
      die "namespace $name exists, perhaps from a killed run; 'ip netns del $name' removes it"
  done
}

selected() {
  [[ " ${SYSTEMS[*]} " == *" $1"* ]]
}

# Prints the package of each command that is missing.
missing_packages() {
  local command package
  while read -r command package; do
    command -v "$command" >/dev/null || echo "$package"
  done < <(
    printf '%s\n' "ip iproute2" "iperf3 iperf3" "ping iputils-ping" "gcc gcc" "curl curl" \
      "python3 python3" "flock util-linux" "sysctl procps"
    selected vde_switch && echo "vde_switch vde2"
    selected ovs- && echo "ovs-vswitchd openvswitch-switch"
    selected ovs-vxlan && echo "ethtool ethtool"
    selected tapswitch && [[ -z ${JAVA_HOME:-} ]] && echo "java openjdk-17-jre-headless"
  )
  [[ -e /usr/include/stdio.h ]] || echo libc6-dev
}

install_packages() {
  local packages
  mapfile -t packages < <(missing_packages)
  ((${#packages[@]})) || return 0
  log "installing ${packages[*]}"
  {
    apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -qy \
      --no-install-recommends "${packages[@]}"
  } >&2 || die "cannot install ${packages[*]}"
}

compile() {
  local source
  mkdir -p "$WORK/bin"
  for source in "$BENCH_DIR"/src/*.c; do
    gcc -O2 -Wall -Wextra -Werror -pthread -o "$WORK/bin/$(basename "$source" .c)" "$source" ||
      die "cannot compile $source"
  done
}

# "key=value" lines for report.py: what the numbers depend on.
describe_machine() {
  echo "cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
  echo "cores=$(nproc)"
  echo "kernel=$(uname -r)"
  echo "jdk=$("${JAVA_HOME:+$JAVA_HOME/bin/}java" -version 2>&1 | sed -n '2p')"
  echo "iperf3=$(iperf3 --version | sed -n '1s/iperf //; 1s/ .*//p')"
  echo "ovs=$(ovs-vswitchd --version 2>/dev/null | sed -n '1s/.* //p')"
  echo "vde=$(vde_switch --version 2>/dev/null | sed -n '1s/^VDE //p')"
  echo "tapswitch=${TAPSWITCH##*/}"
  echo "commit=$(git -C "$REPOSITORY" rev-parse --short HEAD 2>/dev/null)"
  echo "date=$(date -Iseconds)"
  echo "command=$COMMAND_LINE"
  echo "load=$(cut -d ' ' -f 1-3 /proc/loadavg)"
  echo "write_ns=$("$WORK/bin/syscall")"
  echo "seconds=$SECONDS_PER_TEST"
  echo "repeat=$REPEAT"
  echo "warm_up=$WARM_UP"
  echo "systems=${SYSTEMS[*]}"
  echo "mode=$MODE"
}

# Rounds outside, systems inside: a machine that slows down half-way does so for all of them.
compare_systems() {
  local round system
  for ((round = 1; round <= REPEAT; round++)); do
    for system in "${SYSTEMS[@]}"; do
      log "$system, round $round of $REPEAT"
      run_session "$system" measure_unpinned && run_session "$system" measure_pinned
    done
  done
}

main() {
  parse_options "$@"
  check_machine
  trap cleanup EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  WORK=$(mktemp -d /tmp/tsb.XXXXXX) || die "cannot make a temporary directory"
  install_packages
  compile
  find_tapswitch
  describe_machine >"$WORK/machine"
  : >"$WORK/samples"

  case $MODE in
    scale) measure_scale ;;
    streams) measure_streams ;;
    operators) measure_operators ;;
    *) compare_systems ;;
  esac
  echo "write_ns_end=$("$WORK/bin/syscall")" >>"$WORK/machine"

  mkdir -p "$(dirname "$JSON")"
  python3 "$BENCH_DIR/report.py" --machine "$WORK/machine" --samples "$WORK/samples" \
    --json "$JSON" || exit 1
}

main "$@"
