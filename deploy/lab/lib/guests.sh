# shellcheck shell=bash
# shellcheck disable=SC2154 # $prefix, $lab and $network are the lab's, see cluster.sh
# The guests of a lab: namespaces with a TAP, or virtual machines on a stream port. A virtual machine listens and the
# switch connects to it, so that its port can go from one host to another while it runs.

guest_mac() { printf '02:00:0a:09:00:%02x' "$1"; } # number of a guest

start_guest() { # name
  if [ -e "$lab/vm" ]; then start_machine "$1"; else add_namespace "$prefix-$1"; fi
}

start_machine() { # name
  local directory=$lab/guests/$1 number=${1#vm} guest qemu
  [ "$(state_of "$directory")" = stopped ] || return 0
  guest=$("$root/deploy/guest/build.sh") || die "there is no Linux for the guests; see above"
  rm -f "$directory/console.in" "$directory/net.sock"
  mkfifo "$directory/console.in"
  # 1422: what an underlay with 1500 leaves when frames are encrypted. A machine does not follow the network's MTU.
  machine_command "$guest" "ts.ip=10.9.0.$number/24 ts.ip6=fd09::$number/64 ts.mtu=1422" \
    "stream,server=on,addr.type=unix,addr.path=$directory/net.sock" "$(guest_mac "$number")"
  setsid "${qemu[@]}" <>"$directory/console.in" >"$directory/console.log" 2>&1 &
  record "$directory" $!
}

await_guest() { # name
  [ -e "$lab/vm" ] || return 0
  local directory=$lab/guests/$1 _
  for _ in $(seq 1200); do
    ! grep -q '^tapswitch-guest ready' "$directory/console.log" || return 0
    [ "$(state_of "$directory")" != stopped ] || break
    sleep 0.1
  done
  tail -n 20 "$directory/console.log" >&2
  die "$1 did not boot within 120 s; the last lines of its console are above"
}

# Attaches the guest to the host where it belongs, unless it is there.
attach() { # name
  local name=$1 number=${1#vm} host kind answer
  host=$(cat "$lab/guests/$1/host")
  ! api "$host" "api/v1/ports/$1" >/dev/null 2>&1 || return 0
  if [ -e "$lab/vm" ]; then
    kind='"type": "stream", "stream": {"connect": "unix:'"$lab/guests/$1/net.sock"'", "reconnectSeconds": 1}'
  else
    kind='"type": "tap", "tap": {"interface": "eth0", "namespace": "'"$prefix-$1"'", "mac": "'"$(guest_mac "$number")"'",
      "addresses": ["10.9.0.'"$number"'/24", "fd09::'"$number"'/64"]}'
  fi
  answer=$(api "$host" api/v1/ports -H 'content-type: application/json' \
    -d '{"name": "'"$name"'", "network": "'"$network"'", '"$kind"'}') || die "$name cannot be attached to $host: $answer"
}

in_guest() { # name command...
  if [ -e "$lab/vm" ]; then in_machine "$@"; else ip netns exec "$prefix-$1" "${@:2}"; fi
}

# Runs a command at the console, for 60 seconds at most, and has its output and exit code.
in_machine() { # name command...
  local directory=$lab/guests/$1 mark=done-$RANDOM-$RANDOM from _
  shift
  [ "$(state_of "$directory")" = running ] || die "the guest does not run"
  from=$(($(stat -c %s "$directory/console.log") + 1))
  echo "${*@Q}; echo $mark \$?" >"$directory/console.in"
  for _ in $(seq 600); do
    if tail -c "+$from" "$directory/console.log" | grep -q "^$mark "; then
      tail -c "+$from" "$directory/console.log" | sed "/^$mark /d"
      return "$(tail -c "+$from" "$directory/console.log" | sed -n "s/^$mark //p")"
    fi
    sleep 0.1
  done
  die "the command did not end within 60 s"
}
