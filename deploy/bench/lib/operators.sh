# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are shared between the libraries
# What looking at a switch costs its frames: one process, quiet and watched in turn.
#
# Watched means all of it at once: a capture of the port that sends, /metrics each second, a hundred
# REST requests a second and, where there is a Chromium, the page open on the overview. The onlookers
# run when nobody else wants the processor: their own work is not the switch's, what they make it do is.
# They warm the switch up first, under traffic and with more requests, so that its compiler is done with
# what they are answered and shown by.

LOOK=(chrt --idle 0)
ONLOOKERS=()
TURNS=8
REQUESTS_PER_SECOND=100
WARM_REQUESTS_PER_SECOND=400

measure_operators() {
  local round
  for ((round = 1; round <= REPEAT; round++)); do
    log "quiet and watched, round $round of $REPEAT"
    run_session tapswitch measure_watched_tcp && run_session tapswitch measure_watched_frames
  done
}

# One warm process: quiet, watched, quiet, watched ...
measure_watched_tcp() {
  local turn
  PIN=()
  make_namespaces && up_watched && check_connectivity || return
  start iperf3 ip netns exec tsbb iperf3 -s -p $IPERF_PORT --forceflush
  wait_until 5 "iperf3 server" grep -q listening "$LOG_DIR/iperf3.log" || return
  warm_up_watched run_iperf "$WARM_UP" --bidir || return
  for ((turn = 1; turn <= TURNS; turn++)); do
    measure_tcp_one 1 quiet || return
    look && measure_tcp_one 1 watched && look_away measured || return
  done
}

measure_watched_frames() {
  local turn
  PIN=(taskset -c "$SWITCH_CORE")
  make_namespaces && up_watched && check_connectivity || return
  warm_up_watched measure_frames 60 --src "$(mac_of_a)" --dst "$(mac_of_b)" || return
  local WARM_UP=1
  for ((turn = 1; turn <= TURNS; turn++)); do
    measure_frames_to_b fps60_quiet || return
    look && measure_frames_to_b fps60_watched && look_away measured || return
  done
}

# The page needs the TCP listener.
up_watched() {
  find_executable || return
  started_now
  start_switch tapswitch "$TAPSWITCH/bin/tapswitch" run --state-dir "$LOG_DIR/state" \
    --api-socket "$LOG_DIR/api.sock" --api-listen 127.0.0.1:0
  await_tapswitch && attach_tap a tsba "$A_DEVICE" "$A_ADDRESS/24" "$A_ADDRESS6/64" &&
    attach_tap b tsbb "$B_DEVICE" "$B_ADDRESS/24" "$B_ADDRESS6/64"
}

warm_up_watched() {
  local LOOK=(env)
  look $WARM_REQUESTS_PER_SECOND && "$@" && look_away
}

look() {
  local per_second=${1:-$REQUESTS_PER_SECOND}
  ONLOOKERS=()
  onlooker capture curl -sS --unix-socket "$LOG_DIR/api.sock" -o /dev/null \
    "http://localhost/api/v1/ports/a/capture?snapLength=128"
  onlooker requests python3 "$BENCH_DIR/lib/onlooker.py" "$LOG_DIR/api.sock" "$per_second"
  look_at_page || return
  sleep 2
}

onlooker() {
  start "$1" "${LOOK[@]}" "${@:2}"
  ONLOOKERS+=("$LAST_PID")
}

look_at_page() {
  local link
  command -v chromium >/dev/null || return 0
  link=$(TAPSWITCH_SOCKET=$LOG_DIR/api.sock "$TAPSWITCH/bin/tapswitch" login) ||
    fail "tapswitch login failed" || return
  onlooker page chromium --headless=new --no-sandbox --disable-gpu --no-first-run \
    --user-data-dir="$LOG_DIR/chromium" --remote-debugging-port=0 --window-size=1400,900 \
    "$(grep -o 'http[^ ]*' <<<"$link" | head -n 1)"
}

# With "measured", notes what the onlookers got, so that a figure is known to be of a switch that answered.
look_away() {
  local pid
  for pid in "${ONLOOKERS[@]}"; do
    stop_process "$pid"
  done
  [[ ${1:-} == measured ]] || return 0
  local -A seen
  read_values seen requests
  ((${seen[failed]:-1} == 0)) || fail "requests failed: $(last_log_line requests)" || return
  sample requests_per_second "${seen[per_second]}"
  sample scrapes "${seen[scrapes]}"
}
