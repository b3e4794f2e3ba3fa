#!/usr/bin/env bash
# A cluster of TapSwitch hosts on one machine, to break and to mend: see usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib/underlay.sh"
. "$(dirname "${BASH_SOURCE[0]}")/lib/guests.sh"

usage() {
  cat <<'USAGE'
usage: sudo deploy/lab/cluster.sh [--prefix NAME] COMMAND

A cluster of TapSwitch hosts on this machine. Each host h1, h2, ... is a network namespace with a daemon and a state
directory of its own, and 192.0.2.N on a common underlay. Each has a guest, vm1, vm2, ...: 10.9.0.N and fd09::N in the
network "blue", which is defined on h1 alone.

  up [--hosts N] [--clients M] [--no-encryption] [--vm]
                          N hosts that are members (default 3), M more that are clients (default 0). With --vm the guests
                          are virtual machines of QEMU, else namespaces with a TAP. Does what is missing of a lab that
                          is there in part
  status                  hosts, guests and cuts, and the cluster as a running host sees it
  ping [GUEST GUEST]      from each guest to each other one, or from the first to the second; exit code 1 if one fails
  exec HOST COMMAND...    runs a command on a host, "tapswitch" being its own, or in a guest: exec h1 tapswitch host list
  kill HOST               ends its daemon by SIGKILL, as a power cut does
  stop HOST, start HOST   ends its daemon as systemd does; starts it with what is in its state directory
  freeze HOST, thaw HOST  SIGSTOP, SIGCONT: a host that hangs
  cut A B [--one-way]     no frame of the underlay from A to B, nor back unless --one-way; A and B are hosts or lists of
                          them with commas: cut h1,h2 h3 makes a partition
  heal [A B]              undoes cuts: those between A and B, or all
  move GUEST HOST         takes a guest to another host: the port goes there, with the same addresses
  logs HOST               what its daemon wrote
  down                    ends and removes all of it, also what a broken "up" left

  --prefix NAME           of the lab, for several beside each other; default $TAPSWITCH_LAB, or tapswitch-lab.
                          Namespaces are NAME-h1, NAME-vm1, ...; files are in $TAPSWITCH_LABS/NAME, by default below
                          /var/lib/tapswitch-labs

The exit code is 0 if the command did what it says, 2 for wrong usage, else 1.
USAGE
}

wrong() {
  printf 'error: %s\n' "$*" >&2
  echo "cluster.sh --help lists the commands" >&2
  exit 2
}

prefix=${TAPSWITCH_LAB:-tapswitch-lab}
while [ $# -gt 0 ]; do
  case $1 in
    --prefix) [ $# -ge 2 ] || wrong "--prefix needs a name"; prefix=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    -*) wrong "there is no option '$1' before the command" ;;
    *) break ;;
  esac
done
[ $# -gt 0 ] || { usage >&2; exit 2; }
[[ $prefix =~ ^[a-z0-9][a-z0-9-]{0,30}$ ]] || wrong "'$prefix' is no name for a lab: up to 31 of a-z, 0-9 and '-'"
lab=${TAPSWITCH_LABS:-/var/lib/tapswitch-labs}/$prefix
[[ $lab == /* ]] || wrong "TAPSWITCH_LABS is not an absolute path"
[ ${#lab} -le 80 ] || wrong "$lab is too long for the path of a socket: set TAPSWITCH_LABS to a shorter one"
network=blue

require_lab() { [ -e "$lab/settings" ] || die "there is no lab $prefix in $lab: cluster.sh up makes one"; }

# Names in the order of their numbers.
hosts() { find "$lab/hosts" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -V; }

guests() { find "$lab/guests" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -V; }

require_host() { # name
  [[ $1 =~ ^h[0-9]+$ && -d $lab/hosts/$1 ]] || die "there is no host '$1'; there are: $(hosts | xargs)"
}

require_guest() { # name
  [[ $1 =~ ^vm[0-9]+$ && -d $lab/guests/$1 ]] || die "there is no guest '$1'; there are: $(guests | xargs)"
}

# running, frozen or stopped. A process that got the number of one that ended is not taken for it.
state_of() { # directory
  local pid state
  pid=$(cat "$1/pid" 2>/dev/null) || pid=
  if [ -z "$pid" ] || ! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF "$1/"; then
    echo stopped
    return
  fi
  state=$(sed 's/.*) //; s/ .*//' "/proc/$pid/stat" 2>/dev/null) || state=Z
  case $state in
    Z | X) echo stopped ;;
    T) echo frozen ;;
    *) echo running ;;
  esac
}

# Notes the process of a directory, once it is the program that it shall be.
record() { # directory pid
  echo "$2" >"$1/pid"
  while [ "$(state_of "$1")" = stopped ] && kill -0 "$2" 2>/dev/null; do sleep 0.02; done
}

signal() { # signal directory
  [ "$(state_of "$2")" = stopped ] || kill -s "$1" "$(cat "$2/pid")" 2>/dev/null || true
}

await_end() { # seconds directory
  local _
  for _ in $(seq $(($1 * 10))); do
    [ "$(state_of "$2")" != stopped ] || return 0
    sleep 0.1
  done
  return 1
}

# With the exit code of curl, and what the daemon answers as its output.
api() { # host path [option of curl...]
  curl -sS --fail-with-body --max-time 20 --unix-socket "$lab/hosts/$1/api.sock" "http://localhost/$2" "${@:3}"
}

tapswitch_on() { # host word...
  TAPSWITCH_SOCKET=$lab/hosts/$1/api.sock "$lab/bin/tapswitch" "${@:2}"
}

start_daemon() { # host
  local directory=$lab/hosts/$1 number=${1#h} role options=() members=()
  [ "$(state_of "$directory")" = stopped ] || return 0
  role=$(cat "$directory/role")
  mapfile -t members <"$lab/members"
  [ ! -e "$lab/plain" ] || options+=(--cluster-no-encryption)
  [ "$role" = client ] || options+=(--cluster-bind "$(address_of "$number")")
  rm -f "$directory/api.sock"
  setsid ip netns exec "$prefix-$1" "$lab/bin/tapswitch" run --state-dir "$directory/state" \
    --api-socket "$directory/api.sock" --api-listen none --cluster-name "$prefix" --cluster-host "$1" \
    --cluster-secret-file "$lab/secret" --cluster-role "$role" --cluster-vtep "$(address_of "$number")" \
    --cluster-members "$(IFS=,; echo "${members[*]}")" "${options[@]}" >>"$directory/log" 2>&1 </dev/null &
  record "$directory" $!
}

await_daemon() { # host
  local _
  for _ in $(seq 600); do
    [ -S "$lab/hosts/$1/api.sock" ] && api "$1" health/ready >/dev/null 2>&1 && return 0
    if [ "$(state_of "$lab/hosts/$1")" = stopped ]; then
      tail -n 5 "$lab/hosts/$1/log" >&2
      die "$1 stopped; its last lines are above"
    fi
    sleep 0.1
  done
  die "$1 was not ready within 60 s; see: cluster.sh logs $1"
}

# Until what each host says of each other one has a text in it; 60 seconds at most.
await_others() { # path-before-the-name text what-it-lacks host...
  local path=$1 text=$2 lack=$3 host other left=600
  shift 3
  for host in "$@"; do
    for other in "$@"; do
      [ "$host" != "$other" ] || continue
      until api "$host" "$path$other" 2>/dev/null | grep -q "$text"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || die "$host $lack $other; see: cluster.sh logs $host, and exec $host tapswitch status"
        sleep 0.1
      done
    done
  done
}

await_network() { # host
  local _
  for _ in $(seq 300); do
    ! api "$1" "api/v1/networks/$network" >/dev/null 2>&1 || return 0
    sleep 0.1
  done
  die "$1 has not heard of the network $network; see: cluster.sh exec $1 tapswitch status"
}

# What a lab is does not change while it is there.
settle() { # hosts clients vm plain
  local number settings="hosts=$1 clients=$2 vm=$3 plain=$4"
  if [ -e "$lab/settings" ]; then
    [ "$(cat "$lab/settings")" = "$settings" ] ||
      die "the lab $prefix is there already, with $(cat "$lab/settings"): cluster.sh down first"
    return
  fi
  mkdir -p "$lab/hosts" "$lab/guests"
  chmod 755 "$lab"
  (umask 077; head -c 32 /dev/urandom | base64 >"$lab/secret")
  ln -sfn "$(distribution)/bin" "$lab/bin"
  : >"$lab/members"
  for number in $(seq $((${1} + ${2}))); do
    mkdir -p "$lab/hosts/h$number" "$lab/guests/vm$number"
    if [ "$number" -le "$1" ]; then echo member; else echo client; fi >"$lab/hosts/h$number/role"
    echo "h$number" >"$lab/guests/vm$number/host"
    [ "$number" -gt "$1" ] || [ "$number" -gt 3 ] || address_of "$number" >>"$lab/members"
  done
  [ "$4" = no ] || : >"$lab/plain"
  [ "$3" = no ] || : >"$lab/vm"
  echo "$settings" >"$lab/settings"
}

number_of() { # option value least most
  [[ $2 =~ ^(0|[1-9][0-9]?)$ && $2 -ge $3 && $2 -le $4 ]] || wrong "$1 is a number from $3 to $4, not '$2'"
}

up() {
  local hosts=3 clients=0 vm=no plain=no host guest all
  while [ $# -gt 0 ]; do
    case $1 in
      --hosts) number_of "$1" "${2:-}" 1 99; hosts=$2; shift 2 ;;
      --clients) number_of "$1" "${2:-}" 0 99; clients=$2; shift 2 ;;
      --no-encryption) plain=yes; shift ;;
      --vm) vm=yes; shift ;;
      *) wrong "up has no option '$1'" ;;
    esac
  done
  install_missing iproute2 iputils-ping curl ca-certificates
  install_jdk
  require_tun
  [ "$vm" = no ] || install_qemu
  build_distribution
  give_back
  settle "$hosts" "$clients" "$vm" "$plain"
  mapfile -t all < <(hosts)
  for host in "${all[@]}"; do
    [ "$(state_of "$lab/hosts/$host")" != frozen ] || die "$host is frozen: cluster.sh thaw $host"
  done
  say "Hosts ${all[*]}, on a common underlay"
  make_underlay
  for host in "${all[@]}"; do plug_in "$host"; done
  for host in "${all[@]}"; do start_daemon "$host"; done
  for guest in $(guests); do start_guest "$guest"; done
  for host in "${all[@]}"; do await_daemon "$host"; done
  await_others api/v1/hosts/ '"state":"up"' "has not heard of" "${all[@]}"
  say "The network $network on ${all[0]}, and a guest on each"
  api "${all[0]}" "api/v1/networks/$network" >/dev/null 2>&1 ||
    tapswitch_on "${all[0]}" network add "$network" --vni 7 >/dev/null
  for host in "${all[@]}"; do await_network "$host"; done
  for guest in $(guests); do attach "$guest"; done
  await_others api/v1/ports/vtep- '"state":"alive"' "has no link to" "${all[@]}"
  for guest in $(guests); do await_guest "$guest"; done
  say "The lab $prefix is up, with its files in $lab"
}

status() {
  require_lab
  local host guest speaker=
  printf '%-6s %-8s %-12s %s\n' HOST ROLE ADDRESS DAEMON
  for host in $(hosts); do
    printf '%-6s %-8s %-12s %s\n' "$host" "$(cat "$lab/hosts/$host/role")" "$(address_of "${host#h}")" \
      "$(state_of "$lab/hosts/$host")"
    [ -n "$speaker" ] || [ "$(state_of "$lab/hosts/$host")" != running ] || speaker=$host
  done
  printf '\n%-6s %-8s %s\n' GUEST ON ADDRESSES
  for guest in $(guests); do
    printf '%-6s %-8s %s\n' "$guest" "$(cat "$lab/guests/$guest/host")" "10.9.0.${guest#vm} fd09::${guest#vm}"
  done
  printf '\nCuts: %s\n' "$(cuts | paste -sd, | sed 's/,/, /g; s/^$/none/')"
  [ -n "$speaker" ] || { printf '\nNo daemon runs.\n'; return 0; }
  printf '\nAs %s sees it:\n' "$speaker"
  tapswitch_on "$speaker" status | sed -n '/^cluster:/,/^[^ ]/{/^cluster:/p;/^ /p}'
  tapswitch_on "$speaker" host list
}

ping_guests() { # [from to]
  require_lab
  local from to failed=0
  [ $# = 0 ] || [ $# = 2 ] || wrong "ping takes two guests, or none"
  for from in ${1:-$(guests)}; do
    require_guest "$from"
    for to in ${2:-$(guests)}; do
      require_guest "$to"
      [ "$from" != "$to" ] || continue
      if in_guest "$from" ping -q -c 2 -i 0.2 -W 1 "10.9.0.${to#vm}" >/dev/null 2>&1; then
        echo "$from -> $to: answers"
      else
        echo "$from -> $to: no answer"
        failed=1
      fi
    done
  done
  return "$failed"
}

execute() { # host-or-guest command...
  require_lab
  [ $# -ge 2 ] || wrong "exec needs a host and a command"
  local name=$1
  shift
  if [[ $name == vm* ]]; then
    require_guest "$name"
    in_guest "$name" "$@"
  else
    require_host "$name"
    TAPSWITCH_SOCKET=$lab/hosts/$name/api.sock PATH=$lab/bin:$PATH ip netns exec "$prefix-$name" "$@"
  fi
}

end_host() { # signal host
  require_host "$2"
  local directory=$lab/hosts/$2
  [ "$(state_of "$directory")" != stopped ] || die "$2 does not run"
  [ "$1" = KILL ] || signal CONT "$directory"
  signal "$1" "$directory"
  await_end 20 "$directory" || die "$2 did not end within 20 s; cluster.sh kill $2 ends it"
}

start_host() { # host
  require_host "$1"
  start_daemon "$1"
  await_daemon "$1"
}

pause_host() { # signal host
  require_host "$2"
  [ "$(state_of "$lab/hosts/$2")" != stopped ] || die "$2 does not run"
  signal "$1" "$lab/hosts/$2"
}

move() { # guest host
  require_guest "$1"
  require_host "$2"
  local guest=$1 host=$2 old
  old=$(cat "$lab/guests/$guest/host")
  [ "$(state_of "$lab/hosts/$host")" = running ] || die "$host does not run: cluster.sh start $host, or thaw $host"
  if [ "$old" != "$host" ]; then
    [ "$(state_of "$lab/hosts/$old")" = running ] ||
      die "$old does not run and would have $guest again when it is back: cluster.sh start $old, or thaw $old"
    api "$old" "api/v1/ports/$guest" -X DELETE >/dev/null || die "$old keeps the port $guest; see: cluster.sh logs $old"
  fi
  echo "$host" >"$lab/guests/$guest/host"
  attach "$guest"
}

# Daemons that the files of the lab do not know: its directory was removed, or was another one.
end_strays() { # namespace
  local pid
  for pid in $(ip netns pids "$1"); do
    ! tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -q " --cluster-name $prefix " ||
      kill -s KILL "$pid" 2>/dev/null || true
  done
}

down() {
  local directory name ended=()
  for directory in "$lab"/hosts/* "$lab"/guests/*; do
    [ "$(state_of "$directory")" != stopped ] || continue
    signal CONT "$directory"
    signal TERM "$directory"
    ended+=("$directory")
  done
  for directory in "${ended[@]}"; do
    await_end 20 "$directory" || { signal KILL "$directory"; await_end 5 "$directory" || true; }
  done
  for name in $(ip netns list | cut -d' ' -f1 | grep -E "^$prefix-(underlay|h[0-9]+|vm[0-9]+)$"); do
    end_strays "$name"
    ip netns del "$name" || die "cannot remove the namespace $name"
  done
  rm -rf "$lab"
  rmdir "$(dirname "$lab")" 2>/dev/null || true
}

command=$1
shift
case $command in
  kill | stop | start | freeze | thaw | logs) [ $# = 1 ] || wrong "$command takes one host" ;;
  move) [ $# = 2 ] || wrong "move takes a guest and a host" ;;
  status | down) [ $# = 0 ] || wrong "$command takes no arguments" ;;
esac
case $command in
  -h | --help | help) usage; exit 0 ;;
  up | status | ping | exec | kill | stop | start | freeze | thaw | cut | heal | move | logs | down) require_root ;;
  *) wrong "there is no command '$command'" ;;
esac
case $command in
  up | down | status | ping | exec) ;;
  *) require_lab ;;
esac
case $command in
  up) up "$@" ;;
  status) status ;;
  ping) ping_guests "$@" ;;
  exec) execute "$@" ;;
  kill) end_host KILL "$1" ;;
  stop) end_host TERM "$1" ;;
  start) start_host "$1" ;;
  freeze) pause_host STOP "$1" ;;
  thaw) pause_host CONT "$1" ;;
  cut) cut_underlay "$@" ;;
  heal) heal_underlay "$@" ;;
  move) move "$@" ;;
  logs) require_host "$1"; cat "$lab/hosts/$1/log" ;;
  down) down ;;
esac
