# shellcheck shell=bash
# shellcheck disable=SC2154 # $prefix and $lab are the lab's, see cluster.sh
# The underlay of a lab: a bridge in a namespace of its own, and a cable to each host.
#
# A cut from A to B is a BPF program on the bridge's port to B that drops what has A's source address; its preference is
# A's number. ARP is dropped with the rest, so B does not see that A is there. Cuts are in the kernel alone.

address_of() { echo "192.0.2.$1"; } # number of a host

add_namespace() { # name
  ip netns list | cut -d' ' -f1 | grep -qx "$1" && return 0
  ip netns add "$1" || die "cannot make the namespace $1"
  ip -n "$1" link set dev lo up
}

make_underlay() {
  add_namespace "$prefix-underlay"
  ip -n "$prefix-underlay" link show dev br0 >/dev/null 2>&1 ||
    ip -n "$prefix-underlay" link add name br0 type bridge mcast_snooping 0 ||
    die "cannot make a bridge: load the module bridge"
  ip -n "$prefix-underlay" link set dev br0 up
}

plug_in() { # host
  local number=${1#h}
  add_namespace "$prefix-$1"
  ip -n "$prefix-underlay" link show dev "$1" >/dev/null 2>&1 ||
    ip link add name underlay netns "$prefix-$1" address "$(printf '02:00:c0:00:02:%02x' "$number")" type veth \
      peer name "$1" netns "$prefix-underlay" || die "cannot lay a cable to $1"
  ip -n "$prefix-underlay" link set dev "$1" master br0 up
  ip -n "$prefix-$1" address replace "$(address_of "$number")/24" dev underlay
  ip -n "$prefix-$1" link set dev underlay up
}

# Each as "h1 -> h2".
cuts() {
  local host
  for host in $(hosts); do
    tc -n "$prefix-underlay" filter show dev "$host" egress 2>/dev/null |
      sed -n "s/^filter protocol all pref \([0-9]*\) bpf chain 0 handle.*/h\1 -> $host/p"
  done
}

cut_one_way() { # from to
  local number=${1#h}
  tc -n "$prefix-underlay" qdisc replace dev "$2" clsact ||
    die "cannot filter on the underlay: is tc there, and CONFIG_NET_SCHED?"
  # ld [8]: the last four bytes of the source address; 2 drops, -1 goes on to the next filter.
  tc -n "$prefix-underlay" filter replace dev "$2" egress protocol all pref "$number" handle 1 bpf direct-action \
    bytecode "4,32 0 0 8,21 0 1 $((0xc0000200 + number)),6 0 0 2,6 0 0 4294967295" ||
    die "cannot cut: this needs CONFIG_NET_CLS_BPF in the kernel"
}

heal_one_way() { # from to
  tc -n "$prefix-underlay" filter del dev "$2" egress pref "${1#h}" 2>/dev/null || true
}

# for_each_pair FUNCTION A B: for all of the list A with all of the list B.
for_each_pair() {
  local from to
  for from in ${2//,/ }; do require_host "$from"; done
  for to in ${3//,/ }; do require_host "$to"; done
  for from in ${2//,/ }; do
    for to in ${3//,/ }; do
      [ "$from" != "$to" ] || die "$from is on both sides"
      "$1" "$from" "$to"
    done
  done
}

cut_underlay() { # a b [--one-way]
  [ $# = 2 ] || { [ $# = 3 ] && [ "$3" = --one-way ]; } ||
    wrong "cut takes two hosts, or lists of them, and perhaps --one-way"
  for_each_pair cut_one_way "$1" "$2"
  [ $# = 3 ] || for_each_pair cut_one_way "$2" "$1"
}

heal_underlay() { # [a b]
  [ $# = 0 ] || [ $# = 2 ] || wrong "heal takes two hosts, or lists of them, or nothing"
  local host
  if [ $# = 2 ]; then
    for_each_pair heal_one_way "$1" "$2"
    for_each_pair heal_one_way "$2" "$1"
    return
  fi
  for host in $(hosts); do tc -n "$prefix-underlay" qdisc del dev "$host" clsact 2>/dev/null || true; done
}
