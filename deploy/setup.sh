# Shared by quickstart.sh and verify.sh; to be sourced. Installs what is missing and builds the distribution.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\n==> %s\n' "$*"; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

require_root() {
  [ "$(id -u)" = 0 ] || die "needs root, to make network namespaces and TAP devices: run it with sudo"
}

# install_missing PACKAGE...: Debian packages, only those that are not there.
install_missing() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "please install by hand (this is not Debian or Ubuntu): ${missing[*]}"
  say "Installing ${missing[*]}"
  apt-get update -q >/dev/null || die "apt-get update failed: is there a network, and is another apt running?"
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install ${missing[*]}"
}

# unpack_missing PACKAGE PROGRAM...: puts programs of a Debian package on the PATH that are not there, without installing it:
# for packages that would start a service on this machine. What they need besides is to be installed.
unpack_missing() {
  local package=$1 directory="$root/target/tools/$1" program found
  shift
  for program in "$@"; do
    ! command -v "$program" >/dev/null || continue
    [ -d "$directory" ] || unpack "$package" "$directory"
    found=$(find "$directory" -type f -name "$program" -perm -u+x -print -quit)
    [ -n "$found" ] || die "the package $package has no $program: remove $directory and try again"
    PATH="$PATH:${found%/*}"
  done
}

# unpack PACKAGE DIRECTORY: the directory is there afterwards only if it is whole.
unpack() {
  local fresh="$2.new"
  command -v apt-get >/dev/null || die "please install by hand (this is not Debian or Ubuntu): $1"
  say "Unpacking $1"
  rm -rf "$fresh" && mkdir -p "$fresh"
  apt-get update -q >/dev/null || die "apt-get update failed: is there a network, and is another apt running?"
  (cd "$fresh" && apt-get -o APT::Sandbox::User=root download -q "$1" >/dev/null && dpkg -x ./*.deb . && rm ./*.deb) ||
    die "apt-get could not download $1"
  mv "$fresh" "$2"
}

# The JDK of the distribution, unless there is a javac of release 17 or later already.
install_jdk() {
  local release=0
  if command -v javac >/dev/null; then
    release=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  fi
  [ "${release:-0}" -ge 17 ] || install_missing openjdk-17-jdk-headless
  command -v mvn >/dev/null || install_missing maven
}

# What the tests with virtual machines need: QEMU, passt, and what guest/build.sh takes from this machine.
install_qemu() {
  local qemu="qemu-system-x86"
  [ "$(uname -m)" != aarch64 ] || qemu="qemu-system-arm"
  install_missing "$qemu" cpio iperf3 passt
}

# machine_command GUEST OPTIONS NETDEV MAC: sets the array "qemu" to the command of a VM that runs what guest/build.sh made
# in the directory GUEST, with its console on standard input and output, which gives its privileges up once it has NETDEV.
machine_command() {
  local console=ttyS0
  qemu=(qemu-system-x86_64 -M q35)
  if [ "$(uname -m)" = aarch64 ]; then
    qemu=(qemu-system-aarch64 -M virt -cpu cortex-a57) console=ttyAMA0
  fi
  qemu+=(-accel tcg -m 128 -nodefaults -display none -serial stdio -runas nobody
    -kernel "$1/vmlinuz" -initrd "$1/initramfs.gz" -append "console=$console quiet loglevel=1 $2"
    -netdev "$3,id=n0" -device "virtio-net-pci,netdev=n0,romfile=,mac=$4")
}

require_tun() {
  [ -c /dev/net/tun ] || modprobe tun 2>/dev/null || true
  [ -c /dev/net/tun ] || die "/dev/net/tun is missing: load the module tun, or give the container --device /dev/net/tun"
}

# What root built in a user's checkout belongs to the user.
give_back() {
  [ -z "${SUDO_UID:-}" ] || chown -R "$SUDO_UID:$SUDO_GID" "$root"/target "$root"/*/target 2>/dev/null || true
}

maven() { (cd "$root" && mvn -B -ntp "$@"); }

version() { sed -n 's:^  <version>\(.*\)</version>$:\1:p' "$root/pom.xml" | head -n 1; }

distribution() { echo "$root/deploy/target/tapswitch-$(version)/tapswitch-$(version)"; }

# Builds the distribution unless it is newer than everything that it is made of.
build_distribution() {
  local stamp
  stamp=$(distribution)/bin/tapswitch
  if [ -x "$stamp" ] && [ -z "$(find "$root" -path '*/target' -prune -o -path '*/.git' -prune -o \
    \( -path '*/src/main/*' -o -name pom.xml \) -type f -newer "$(distribution)/lib" -print -quit)" ]; then
    return 0
  fi
  say "Building TapSwitch $(version) (the first time downloads its libraries)"
  # The assembly adds to the directory that it finds; libraries of an earlier build must not stay in it.
  rm -rf "$root/deploy/target"
  maven -q -DskipTests package || die "the build failed; see above"
  touch "$(distribution)/lib"
}
