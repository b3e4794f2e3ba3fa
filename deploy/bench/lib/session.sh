# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are shared between the libraries
# A session: fresh namespaces, one system joining them, and everything ended again afterwards.
#
# Functions here and in the other libraries return non-zero on failure, having set REASON; the
# caller records it for the system's row and goes on with the next system.

# tsba and tsbb are the two stations; tsbs holds what belongs to the switch. An overlay's stations
# have a host each instead, tsbsa and tsbsb.
NAMESPACES=(tsba tsbb tsbs)
A_DEVICE=tsba0
B_DEVICE=tsbb0
A_ADDRESS=10.123.0.1
B_ADDRESS=10.123.0.2
A_ADDRESS6=fd00:123::1
B_ADDRESS6=fd00:123::2
SWITCH_CORE=1
SENDER_CORE=0

WORK=
REASON=
STARTED=()     # process ids to end, in order of start
SWITCH_PIDS=() # those of them whose CPU time and memory are the switch's
PIN=()         # command prefix under which a switch process starts

fail() {
  REASON=$1
  return 1
}

in_a() { ip netns exec tsba "$@"; }
in_b() { ip netns exec tsbb "$@"; }
in_s() { ip netns exec tsbs "$@"; }

# start NAME COMMAND...: runs in the background, output to a log of that name, id in LAST_PID.
# Read and write on INPUT, so that a fifo there neither blocks nor ends.
start() {
  local name=$1
  shift
  "$@" >"$LOG_DIR/$name.log" 2>&1 <>"${INPUT:-/dev/null}" 9>&- &
  LAST_PID=$!
  STARTED+=("$LAST_PID")
}

# finish PID: waits for a process of start() to end by itself, and returns its status.
finish() {
  local status i
  wait "$1"
  status=$?
  for i in "${!STARTED[@]}"; do
    [[ ${STARTED[i]} != "$1" ]] || unset "STARTED[i]"
  done
  return $status
}

# run NAME COMMAND...: in the background too, for wait ends on a signal at once and cleanup then
# ends the command; in the foreground Ctrl-C would have to wait for it.
run() {
  start "$@"
  finish "$LAST_PID"
}

# start_switch NAME COMMAND...: as start(), for a process of the system under test.
start_switch() {
  local name=$1
  shift
  start "$name" "${PIN[@]}" "$@"
  SWITCH_PIDS+=("$LAST_PID")
}

last_log_line() {
  tail -n 1 "$LOG_DIR/$1.log" 2>/dev/null
}

# wait_until SECONDS WHAT COMMAND...: polls, and gives up early when a switch process has died.
wait_until() {
  local deadline=$((${EPOCHREALTIME%.*} + $1)) what=$2 pid
  shift 2
  until "$@" &>/dev/null; do
    for pid in "${SWITCH_PIDS[@]}"; do
      kill -0 "$pid" 2>/dev/null || fail "the switch died while waiting for $what" || return
    done
    ((${EPOCHREALTIME%.*} < deadline)) || fail "no $what in time" || return
    sleep 0.01
  done
}

switch_alive() {
  local pid
  for pid in "${SWITCH_PIDS[@]}"; do
    kill -0 "$pid" 2>/dev/null || fail "the switch died during the test" || return
  done
}

make_namespaces() {
  local name
  for name in "${NAMESPACES[@]}"; do
    ip netns add "$name" && ip -n "$name" link set lo up || fail "cannot make namespace $name" ||
      return
    ip netns exec "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
      net.ipv6.conf.default.accept_dad=0 net.ipv6.conf.default.router_solicitations=0
    [[ $name != tsbs* ]] || ip netns exec "$name" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
      net.ipv6.conf.default.disable_ipv6=1
  done
}

remove_namespaces() {
  local name
  for name in "${NAMESPACES[@]}"; do
    [[ ! -e /run/netns/$name ]] || ip netns del "$name"
  done
}

# Ends what start() began, last first, and waits: a TAP is gone only when its process is.
stop_processes() {
  local i pids=("${STARTED[@]}")
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    stop_process "${pids[i]}"
  done
  STARTED=()
  SWITCH_PIDS=()
}

stop_process() {
  local pid=$1 tries
  kill "$pid" 2>/dev/null
  for ((tries = 0; tries < 50; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
  wait "$pid" 2>/dev/null
}

end_session() {
  stop_processes
  remove_namespaces
}

cleanup() {
  trap '' INT TERM HUP
  end_session
  [[ -z $WORK ]] || rm -rf "$WORK"
}

sample() {
  printf '{"system":"%s","metric":"%s","value":%s}\n' "$SYSTEM" "$1" "$2" >>"$WORK/samples"
}

note() {
  printf '{"system":"%s","note":"%s"}\n' "$SYSTEM" "$1" >>"$WORK/samples"
}

record_failure() {
  local reason=${REASON//[\"\\]/\'}
  reason=${reason//[[:cntrl:]]/ }
  log "$SYSTEM failed: $reason"
  printf '{"system":"%s","error":"%s"}\n' "$SYSTEM" "$reason" >>"$WORK/samples"
}

# run_session SYSTEM MEASURE [ARGUMENT...]: up_<system> joins the namespaces, MEASURE looks at the
# result.
run_session() {
  local status
  SYSTEM=$1
  REASON="unknown"
  LOG_DIR=$WORK/$SYSTEM
  rm -rf "$LOG_DIR"
  mkdir -p "$LOG_DIR"
  "${@:2}"
  status=$?
  ((status == 0)) || record_failure
  end_session
  return $status
}
