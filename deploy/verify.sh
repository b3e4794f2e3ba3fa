#!/usr/bin/env bash
# Runs every test of TapSwitch: see usage below.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

usage() {
  cat <<'EOF'
usage: sudo deploy/verify.sh

Installs what is missing, then runs every test of TapSwitch on this machine. Nothing that is installed starts a service: of
Prometheus and Open vSwitch, the programs are unpacked into target/tools.
  1. the build with its rules: formatting, warnings as errors, dependency convergence, module imports
  2. unit and contract tests
  3. integration tests, which make network namespaces and TAP devices of their own and remove them again, and start
     virtual machines (QEMU, by translation) with the guest that deploy/guest/build.sh makes,
     Chromium with the page in it, and Open vSwitch with a database of its own
  4. deploy/quickstart.sh --once, on the distribution that was just built, alone, with two hosts, with a
     cluster of three, and with VMs
  5. deploy/package/test.sh: the Debian package, installed, upgraded and removed in a copy of this machine, with a systemd
     of its own

Ends with a count of the tests; the exit code is 0 only if none failed.
EOF
}

case ${1:-} in
  "") ;;
  -h | --help) usage; exit 0 ;;
  *) usage >&2; exit 2 ;;
esac

require_root
install_missing iproute2 iputils-ping iputils-arping curl ca-certificates tcpdump ethtool socat python3 openvswitch-common faketime \
  chromium chromium-driver tshark groff-base nftables
unpack_missing openvswitch-switch ovs-vsctl ovs-vswitchd
unpack_missing prometheus promtool
install_qemu
install_jdk
require_tun

failed=0

# Where there is no kernel for the guest, the tests that need it say that they are skipped.
guest=yes
"$root/deploy/guest/build.sh" >/dev/null || { [ $? = 3 ] || failed=1; guest=no; }

say "Build and tests"
find "$root" -path '*/target/*-reports/TEST-*.xml' -delete
rm -rf "$root/deploy/target"
maven -DskipITs=false -Dmaven.test.failure.ignore=false --fail-at-end verify || failed=1

say "Quickstart"
if [ "$failed" = 0 ]; then
  touch "$(distribution)/lib"
  "$root/deploy/quickstart.sh" --once || failed=1
fi
if [ "$failed" = 0 ]; then
  say "Quickstart with two hosts"
  "$root/deploy/quickstart.sh" --overlay --once || failed=1
fi
if [ "$failed" = 0 ]; then
  say "Quickstart with a cluster"
  "$root/deploy/quickstart.sh" --cluster --once || failed=1
fi
if [ "$failed" = 0 ] && [ "$guest" = yes ]; then
  say "Quickstart with VMs"
  "$root/deploy/quickstart.sh" --vm --once || failed=1
fi

if [ "$failed" = 0 ]; then
  "$root/deploy/package/test.sh" || failed=1
fi

say "Tests, by class"
python3 - "$root" "$failed" <<'EOF' || failed=1
import glob, sys, xml.etree.ElementTree as ElementTree

root, failed_before = sys.argv[1], int(sys.argv[2])
passed = failed = skipped = 0
for path in sorted(glob.glob(root + "/*/target/*-reports/TEST-*.xml")):
    suite = ElementTree.parse(path).getroot()
    tests, bad, skips = (int(suite.get("tests")), int(suite.get("failures")) + int(suite.get("errors")),
                         int(suite.get("skipped")))
    print(f"{tests:6} {'FAILED' if bad else 'ok':6} {suite.get('name')} ({float(suite.get('time')):.1f} s)"
          + (f", {skips} skipped" if skips else ""))
    for case in suite.iter("testcase"):
        reason = case.find("skipped")
        if reason is not None:
            lines = (reason.get("message") or reason.text or "no reason given").splitlines()
            print(f"       skipped: {case.get('name')}: {lines[0]}")
    passed, failed, skipped = passed + tests - bad - skips, failed + bad, skipped + skips
if failed_before and not failed:
    print("The build, the quickstart or the package failed outside the tests; see above.")
    failed = 1
print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
sys.exit(1 if failed or not passed else 0)
EOF

give_back
exit "$failed"
