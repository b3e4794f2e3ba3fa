# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are shared between the libraries
# Switches between two stations on sockets instead of devices, as VMs are. The stations and their
# kernel work have core 0, the switch has core 1.

STREAM_SYSTEMS=(c-stream-relay vde_switch tapswitch tapswitch-1loop)

# Metric suffix, frame size, frames per write (0: as many as fit).
STREAM_LOADS=("60_single 60 1" "60_bulk 60 0" "1514_single 1514 1" "1514_bulk 1514 0")

measure_streams() {
  local round name
  for ((round = 1; round <= REPEAT; round++)); do
    for name in "${STREAM_SYSTEMS[@]}"; do
      log "streams, $name, round $round of $REPEAT"
      run_session "$name" measure_stream_loads "$name"
    done
    log "tap to stream, round $round of $REPEAT"
    run_session "tap-to-stream" measure_tap_to_stream
  done
}

measure_stream_loads() {
  local load suffix size per_write
  PIN=(taskset -c "$SWITCH_CORE")
  for load in "${STREAM_LOADS[@]}"; do
    read -r suffix size per_write <<<"$load"
    # To vde_switch each frame is a datagram, however the sender would like it.
    [[ $1 == vde_switch && $per_write == 0 ]] && continue
    make_namespaces && up_streams && measure_stream_load "$suffix" --size "$size" \
      --per-write "$per_write" "${STREAM_ENDS[@]}" || return
    end_session
  done
}

# Sets STREAM_ENDS: what streamgen connects to.
up_streams() {
  case $SYSTEM in
    c-stream-relay) up_stream_relay ;;
    vde_switch) up_vde_streams ;;
    tapswitch) up_tapswitch_streams ;;
    tapswitch-1loop) up_tapswitch_streams --event-loops 1 ;;
  esac
}

up_stream_relay() {
  rm -f "$LOG_DIR"/[ab].sock
  STREAM_ENDS=("$LOG_DIR/a.sock" "$LOG_DIR/b.sock")
  start_switch relay "$WORK/bin/streamrelay" "${STREAM_ENDS[@]}"
  wait_until 5 "ready line of the relay" grep -q ready "$LOG_DIR/relay.log"
}

up_vde_streams() {
  rm -rf "$LOG_DIR"/vde.ctl* "$LOG_DIR/console"
  mkfifo "$LOG_DIR/console"
  STREAM_ENDS=(--vde "$LOG_DIR/vde.ctl" "$LOG_DIR/vde.ctl")
  INPUT=$LOG_DIR/console start_switch vde vde_switch --sock "$LOG_DIR/vde.ctl"
  wait_until 5 "control socket of vde_switch" test -S "$LOG_DIR/vde.ctl/ctl"
}

up_tapswitch_streams() {
  rm -rf "$LOG_DIR/state"
  STREAM_ENDS=("$LOG_DIR/a.sock" "$LOG_DIR/b.sock")
  start_tapswitch "$@" && attach_stream a "$LOG_DIR/a.sock" && attach_stream b "$LOG_DIR/b.sock"
}

# attach_stream NAME PATH
attach_stream() {
  api_or_fail "port $1" POST /api/v1/ports "{\"name\":\"$1\",\"type\":\"stream\",
    \"stream\":{\"listen\":\"unix:$2\"}}"
}

# measure_stream_load SUFFIX STREAMGEN_OPTION...
measure_stream_load() {
  local -A result
  local suffix=$1
  shift
  pin_switch || return
  run streamgen taskset -c "$SENDER_CORE" "$WORK/bin/streamgen" --warm-up "$WARM_UP" \
    --seconds "$SECONDS_PER_TEST" "$@" "${SWITCH_PIDS[@]}" ||
    fail "streamgen: $(last_log_line streamgen)" || return
  switch_alive || return
  read_values result streamgen
  ((${result[frames]:-0} > 0)) || fail "no frame passed" || return
  ((result[bad] == 0)) || fail "${result[bad]} frames arrived damaged" || return
  sample "fps$suffix" "${result[fps]}"
  sample "gbit$suffix" "${result[gbit]}"
  sample "loss$suffix" "${result[loss]}"
  sample "cpu_ns$suffix" "${result[cpu_ns]}"
  sample "cpu_share$suffix" "${result[cpu_share]}"
}

# 64 KiB TCP segments from a TAP, which leave as wire frames with their checksums complete.
measure_tap_to_stream() {
  PIN=(taskset -c "$SWITCH_CORE")
  make_namespaces && start_tapswitch && attach_tap a tsba "$A_DEVICE" "$A_ADDRESS/24" &&
    attach_stream b "$LOG_DIR/b.sock" || return
  start gsogen ip netns exec tsba taskset -c "$SENDER_CORE" "$WORK/bin/gsogen" \
    --interface "$A_DEVICE" --src "$(mac_of_a)" --dst 02:00:00:00:bb:01 \
    --seconds $((WARM_UP + SECONDS_PER_TEST + 2))
  measure_stream_load _segments --receive-only --size 60 - "$LOG_DIR/b.sock"
}
