# shellcheck shell=bash
# shellcheck disable=SC2034 # variables are shared between the libraries
# How TapSwitch takes many ports and many addresses. Every step is a fresh process on one core.

PORT_STEPS=(2 32 256 1000)
ENTRY_STEPS=(10 1000 100000 1000000)
FILL_RATE=100000
MAX_LEARNED=2000000

measure_scale() {
  local round step
  for ((round = 1; round <= REPEAT; round++)); do
    for step in "${PORT_STEPS[@]}"; do
      log "$step ports, round $round of $REPEAT"
      run_session "ports $step" measure_ports
    done
    for step in "${ENTRY_STEPS[@]}"; do
      log "$step FDB entries, round $round of $REPEAT"
      run_session "entries $step" measure_entries
    done
  done
}

bring_up_tapswitch() {
  PIN=(taskset -c "$SWITCH_CORE")
  make_namespaces && up_tapswitch && check_connectivity
}

measure_ports() {
  local i ports=${SYSTEM#* }
  bring_up_tapswitch || return
  for ((i = 3; i <= ports; i++)); do
    attach_tap "p$i" tsbs "tsbs$i" || return
  done
  check_connectivity && measure_frames_to_b fps60 && sample_memory
}

measure_frames_to_b() {
  local metric=$1
  shift
  measure_frames 60 --src "$(mac_of_a)" --dst "$(mac_of_b)" "$@" || return
  sample "$metric" "${FRAMES[fps]}"
  sample "${metric/fps/cpu_share}" "${FRAMES[cpu_share]}"
}

# The run before the fill warms the process up, so that what memory grows by afterwards is the
# entries.
measure_entries() {
  local entries=${SYSTEM#* } before after
  bring_up_tapswitch && attach_tap witness tsbs tsbs0 && raise_limits &&
    measure_frames_to_b fps60_before || return
  before=$(resident_kib)
  fill_table "$entries" || return
  after=$(resident_kib)
  sample rss_filled_kib "$after"
  sample bytes_per_entry $(((after - before) * 1024 / entries))
  measure_frames_to_b fps60 && measure_frames_to_all "$entries" && sample_memory
}

# Frames to an address the table lost would be flooded, and reach B all the same: the witness port
# shows them.
measure_frames_to_all() {
  local before flooded passed
  before=$(witness_packets)
  measure_frames_to_b fps60_all --dst-count "$1" || return
  flooded=$(($(witness_packets) - before))
  passed=${FRAMES[frames]}
  sample flooded_to_all "$flooded"
  ((flooded * 100 <= passed)) ||
    fail "$flooded frames were flooded, $passed measured: the table lacks entries"
}

witness_packets() {
  in_s cat /sys/class/net/tsbs0/statistics/rx_packets
}

raise_limits() {
  api_or_fail "PATCH network" PATCH /api/v1/networks/default \
    "{\"maxLearned\":$MAX_LEARNED,\"ageingSeconds\":3600}"
}

# B sends one frame from each address; a second pass makes good for frames lost in the first.
fill_table() {
  local entries=$1 pass
  for pass in 1 2; do
    run "fill$pass" ip netns exec tsbb taskset -c "$SENDER_CORE" "$WORK/bin/framegen" \
      --interface "$B_DEVICE" --src "$(mac_of_b)" --dst "$(mac_of_a)" \
      --src-count "$entries" --count "$entries" --rate "$FILL_RATE" ||
      fail "fill: $(last_log_line "fill$pass")" || return
  done
  sleep 1
}

sample_memory() {
  local heap
  sample rss_after_kib "$(resident_kib)"
  heap=$(api GET /api/v1/status 2>/dev/null | tr -d '\n' |
    sed -nE 's/.*"heap[^}]*[uU]sed[A-Za-z]*" *: *([0-9]+).*/\1/p')
  [[ -z $heap ]] || sample heap_used "$heap"
}
