# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are shared between the libraries
# What is measured on a system that joins tsba and tsbb.

IPERF_PORT=5201
RTT_PORT=5202

declare -A FRAMES

# read_values ARRAY NAME: the "key=value" lines a C program left in its log.
read_values() {
  local -n into=$1
  local key value
  into=()
  while IFS='=' read -r key value; do
    # shellcheck disable=SC2004,SC2034 # an associative array of the caller
    into[$key]=$value
  done <"$LOG_DIR/$2.log"
}

resident_kib() {
  local pid total=0 kib
  for pid in "${SWITCH_PIDS[@]}"; do
    kib=$(awk '/^VmRSS:/ { print $2 }' "/proc/$pid/status" 2>/dev/null) || return
    total=$((total + ${kib:-0}))
  done
  echo $total
}

# A kernel bridge has no process: it gets no memory, CPU or start figure.
sample_resident() {
  ((${#SWITCH_PIDS[@]})) || return 0
  sample "$1" "$(resident_kib)"
}

# The probe starts first and retries, so it sees the first moment a frame can pass.
bring_up() {
  start firstframe "$WORK/bin/firstframe" 40 "tsba:$A_DEVICE" "tsbb:$B_DEVICE"
  local probe=$LAST_PID
  up_system && switch_alive || return
  finish "$probe" || fail "no frame passed from A to B" || return
  FIRST_FRAME_US=$(($(<"$LOG_DIR/firstframe.log") - STARTED_AT))
}

# Both address families, both directions: also teaches the switch where A and B are.
check_connectivity() {
  local address
  for address in "$B_ADDRESS" "$B_ADDRESS6"; do
    in_a ping -q -n -c 3 -i 0.2 -W 2 "$address" >"$LOG_DIR/ping.log" 2>&1 ||
      fail "ping $address: $(grep transmitted "$LOG_DIR/ping.log")" || return
  done
  [[ $SYSTEM != *-encrypted ]] || check_encrypted
}

measure_unpinned() {
  PIN=()
  make_namespaces && bring_up && check_connectivity || return
  ((${#SWITCH_PIDS[@]} == 0)) || sample first_frame_ms "$((FIRST_FRAME_US / 1000)).$(
    printf '%03d' $((FIRST_FRAME_US % 1000)))"
  sample_resident rss_idle_kib
  measure_tcp && measure_rtt rtt && switch_alive || return
  sample_resident rss_after_kib
}

measure_tcp() {
  start iperf3 ip netns exec tsbb iperf3 -s -p $IPERF_PORT --forceflush
  wait_until 5 "iperf3 server" grep -q listening "$LOG_DIR/iperf3.log" || return
  run_iperf "$WARM_UP" --bidir || return
  measure_tcp_one 1 ab && measure_tcp_one 1 ba -R &&
    measure_tcp_one 4 ab && measure_tcp_one 4 ba -R
}

run_iperf() {
  local seconds=$1
  shift
  run iperf3-client ip netns exec tsba timeout $((seconds + 20)) iperf3 -c "$B_ADDRESS" \
    -p $IPERF_PORT -t "$seconds" -J --connect-timeout 5000 "$@" ||
    fail "iperf3 $*: $(iperf_error)"
}

iperf_error() {
  sed -n 's/.*"error":[^"]*"\([^"]*\)".*/\1/p' "$LOG_DIR/iperf3-client.log" | head -n 1
}

measure_tcp_one() {
  local streams=$1 direction=$2 gbit
  shift 2
  run_iperf "$SECONDS_PER_TEST" -P "$streams" "$@" || return
  gbit=$(python3 -c 'import json, sys
print(json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"] / 1e9)' \
    <"$LOG_DIR/iperf3-client.log") || fail "iperf3 gave no result" || return
  sample "tcp${streams}_${direction}_gbit" "$gbit"
}

# measure_rtt PREFIX [COMMAND_PREFIX...]: the command prefix goes before client and server.
measure_rtt() {
  local -A rtt
  local prefix=$1 value
  shift
  start rtt ip netns exec tsbb "$@" "$WORK/bin/rtt" server "$B_ADDRESS" $RTT_PORT
  sleep 0.1
  run rtt-client ip netns exec tsba timeout 120 "$@" "$WORK/bin/rtt" client "$B_ADDRESS" \
    $RTT_PORT $((SECONDS_PER_TEST * 5000)) 2000 ||
    fail "round trips: $(last_log_line rtt-client)" || return
  read_values rtt rtt-client
  for value in p50 p99 max; do
    sample "${prefix}_${value}_us" "${rtt[$value]}"
  done
  sample "${prefix}_lost" "${rtt[lost]}"
}

measure_pinned() {
  local size
  PIN=(taskset -c "$SWITCH_CORE")
  make_namespaces && bring_up && check_connectivity || return
  for size in 60 1514; do
    measure_frames "$size" --src "$(mac_of_a)" --dst "$(mac_of_b)" || return
    sample "fps$size" "${FRAMES[fps]}"
    # Not rx_dropped of the receiver: its stack discards every such frame, having counted it.
    sample "offered_fps$size" "$(offered_fps)"
    sample "tx_dropped$size" "${FRAMES[tx_dropped]}"
    sample_cpu "$size"
  done
  # Wake-ups across the cores of a VM cost more than any switch and vary by a factor of four. All
  # on one core, what is left is the path itself.
  measure_rtt rtt_1core taskset -c "$SWITCH_CORE"
}

# Where the switch is no process, the sender's core is the one that forwards.
sample_cpu() {
  local -A sender
  read_values sender framegen
  sample "sender_share$1" "${sender[cpu_share]}"
  if ((${#SWITCH_PIDS[@]})); then
    sample "cpu_ns$1" "${FRAMES[cpu_ns]}"
    sample "cpu_share$1" "${FRAMES[cpu_share]}"
  else
    sample "cpu_share$1" "${sender[cpu_share]}"
  fi
}

mac_of_a() { mac_of tsba "$A_DEVICE"; }
mac_of_b() { mac_of tsbb "$B_DEVICE"; }

mac_of() {
  ip -n "$1" -o link show "$2" | sed -n 's/.*link\/ether \([^ ]*\).*/\1/p'
}

offered_fps() {
  awk -v sent="${FRAMES[tx_packets]}" -v dropped="${FRAMES[tx_dropped]}" \
    -v elapsed="${FRAMES[elapsed]}" 'BEGIN { printf "%.0f\n", (sent + dropped) / elapsed }'
}

# A switch may pin threads by itself; the comparison is by the one core.
pin_switch() {
  local pid
  for pid in "${SWITCH_PIDS[@]}"; do
    taskset -a -c -p "$SWITCH_CORE" "$pid" >/dev/null || fail "cannot pin process $pid" || return
  done
}

# measure_frames SIZE FRAMEGEN_OPTION...: A sends to B at full speed; counters into FRAMES.
measure_frames() {
  local size=$1 sender
  shift
  pin_switch || return
  start framegen ip netns exec tsba taskset -c "$SENDER_CORE" "$WORK/bin/framegen" \
    --interface "$A_DEVICE" --size "$size" --seconds $((WARM_UP + SECONDS_PER_TEST + 1)) "$@"
  sender=$LAST_PID
  sleep "$WARM_UP"
  run window "$WORK/bin/window" "$SECONDS_PER_TEST" "tsba:$A_DEVICE" "tsbb:$B_DEVICE" \
    "${SWITCH_PIDS[@]}" || fail "window: $(last_log_line window)" || return
  read_values FRAMES window
  finish "$sender" || fail "framegen: $(last_log_line framegen)" || return
  switch_alive || return
  ((${FRAMES[frames]:-0} > 0)) || fail "no $size-byte frame passed"
}
