#!/usr/bin/env bash
# Builds the guest of the tests with virtual machines: see usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../setup.sh"

usage() {
  cat <<'USAGE'
usage: deploy/guest/build.sh [--output DIR]

Builds a small Linux guest for QEMU, without root: the distribution's cloud kernel, busybox and iperf3 in an initramfs.
The packages are downloaded and unpacked, not installed. Prints the directory that has the two files, vmlinuz and
initramfs.gz; a directory that is there already for the same versions is printed at once.

To start one by hand (Ctrl-A X ends it; the shell does not echo; deploy/guest/init lists the ts. options):

  qemu-system-x86_64 -M q35 -m 128 -nodefaults -nographic -serial mon:stdio -kernel vmlinuz -initrd initramfs.gz \
    -append "console=ttyS0 ts.ip=10.1.0.2/24" -netdev NETDEV,id=n -device virtio-net-pci,netdev=n

  --output DIR   where the images are kept, one directory for each set of versions; default /var/cache/tapswitch/guest
                 for root, else ~/.cache/tapswitch/guest

The exit code is 0 if there is an image, 2 for wrong usage, 3 if this distribution has no such kernel, else 1.
USAGE
}

if [ "$(id -u)" = 0 ]; then
  output=/var/cache/tapswitch/guest
else
  output=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/tapswitch/guest
fi
while [ $# -gt 0 ]; do
  case $1 in
    --output) [ $# -ge 2 ] || { usage >&2; exit 2; }; output=$2; shift 2 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done

# Standard output is for the result alone.
exec 3>&1 1>&2

here=$root/deploy/guest
work=
export LC_ALL=C
umask 022

unavailable() {
  printf 'error: %s\n' "$*" >&2
  exit 3
}

clean_up() { [ -z "$work" ] || rm -rf "$work"; }

require_tools() {
  local tool
  for tool in apt-get dpkg-deb; do
    command -v "$tool" >/dev/null || unavailable "the guest is made of Debian packages, and there is no $tool here"
  done
  for tool in cpio iperf3; do
    command -v "$tool" >/dev/null || die "$tool is missing: apt-get install $tool"
  done
}

# All that an image is made of, one line each: first the kernel that the metapackage of the cloud kernel depends on.
find_versions() {
  apt-cache show --no-all-versions "linux-image-cloud-$(dpkg --print-architecture)" busybox-static 2>/dev/null |
    sed -n 's/^Depends: \(linux-image-[^ ]*\) (= \(.*\))$/\1 \2/p; /^Package: busybox-static$/,/^$/ s/^Version: /busybox-static /p'
  dpkg-query -W -f '${Package} ${Version}\n' iperf3 2>/dev/null || iperf3 --version | head -n 1
  (cd "$here" && sha256sum build.sh init dhcp)
}

refresh_lists() { [ "$(id -u)" = 0 ] && apt-get -q update >/dev/null; }

# fetch PACKAGE...: into the current directory, with fresh package lists if those that are here are too old.
fetch() {
  local options=(-q)
  # As root, apt would download as the user _apt, who may not write here.
  [ "$(id -u)" != 0 ] || options+=(-o APT::Sandbox::User=root)
  apt-get "${options[@]}" download "$@" >/dev/null && return 0
  refresh_lists && apt-get "${options[@]}" download "$@" >/dev/null && return 0
  die "apt-get could not download $*: is there a network, and are the package lists fresh (apt-get update)?"
}

unpack() {
  mkdir packages files
  (cd packages && fetch "$kernel" busybox-static)
  local package
  for package in packages/*.deb; do dpkg-deb -x "$package" files; done
  rm -r packages
}

# Puts the modules named, and those that they need, into the initramfs, with the order in which to load them. What the
# kernel has built in needs no file.
add_modules() {
  local base=files module path name
  [ -d files/lib/modules ] || base=files/usr
  local modules=("$base"/lib/modules/*)
  "$busybox" depmod -b "$base" "${modules[0]##*/}"
  for module in "$@"; do
    if grep -q "/$module\.ko" "${modules[0]}/modules.builtin"; then continue; fi
    # A line is "module: dependency...", the one to load first at its end.
    grep "/$module\.ko[.a-z]*:" "${modules[0]}/modules.dep" || die "$kernel has no module $module"
  done | awk '{ sub(":", "", $1); for (i = NF; i > 0; i--) if (!seen[$i]++) print $i }' >module-paths
  mkdir -p initramfs/lib/modules
  while read -r path; do
    name=${path##*/}
    name=${name%.ko*}.ko
    case $path in
      *.ko) cat "${modules[0]}/$path" ;;
      *.ko.xz) xz -dc "${modules[0]}/$path" ;;
      *.ko.zst) zstd -qdc "${modules[0]}/$path" ;;
    esac >"initramfs/lib/modules/$name"
    echo "$name" >>initramfs/lib/modules/order
  done <module-paths
}

# A program of this machine with its shared libraries, each where its loader looks for it.
add_program() {
  local file
  file=$(command -v "$1")
  install -D "$file" "initramfs/usr/bin/$1"
  ldd "$file" | grep -o '/[^ ]*' | while read -r file; do install -D "$file" "initramfs$file"; done
}

pack() {
  (cd initramfs && find . | cpio -o -H newc -R 0:0 --quiet) | gzip -1 >initramfs.gz
}

build() {
  unpack
  busybox=$(find "$PWD/files" -type f -path '*bin/busybox')
  mkdir -p initramfs/bin initramfs/etc/udhcpc initramfs/dev initramfs/proc initramfs/sys initramfs/tmp
  install "$busybox" initramfs/bin/busybox
  ln -s busybox initramfs/bin/sh
  install "$here/init" initramfs/init
  install "$here/dhcp" initramfs/etc/udhcpc/default.script
  add_modules virtio_pci virtio_net 8021q af_packet
  add_program iperf3
  pack
  install -m 644 files/boot/vmlinuz-* vmlinuz
  rm -r files initramfs module-paths
}

require_tools
versions=$(find_versions)
if [[ $versions != linux-image-* ]] && refresh_lists; then versions=$(find_versions); fi
[[ $versions = linux-image-* ]] ||
  unavailable "apt knows no linux-image-cloud-$(dpkg --print-architecture); if this is Debian: apt-get update"
kernel=${versions%% *}
image=$output/${kernel#linux-image-}-$(sha256sum <<<"$versions" | cut -c 1-12)

if [ ! -d "$image" ]; then
  say "Building the guest of the tests with virtual machines"
  trap clean_up EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  mkdir -p "$output"
  work=$(mktemp -d "$output/.building.XXXXXX")
  (
    cd "$work"
    build
    printf '%s\n' "$versions" >versions
    chmod 755 .
  )
  # Whoever else has built it meanwhile was as good.
  mv -T "$work" "$image" 2>/dev/null || [ -d "$image" ] || die "cannot write to $output"
  find "$output" -mindepth 1 -maxdepth 1 -mtime +30 ! -path "$image" -exec rm -rf {} +
fi
echo "$image" >&3
