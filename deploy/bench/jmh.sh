#!/usr/bin/env bash
# Runs the microbenchmarks of switch-core: what a look-up, a tag, a checksum, a whole frame path cost.
#
#   deploy/bench/jmh.sh                             all of them
#   deploy/bench/jmh.sh ForwardingTableBench        those whose name matches
#   deploy/bench/jmh.sh BridgeBench -prof gc -f 3   with options of JMH, in place of the defaults
#
# The options are -f 1 -wi 3 -i 5 -w 1 -r 1 unless given. JAVA_HOME chooses the JDK, MAVEN_OPTIONS is for Maven.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT

# shellcheck disable=SC2086
mvn -q -B ${MAVEN_OPTIONS:-} -f "$root/switch-core/pom.xml" test-compile \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath" >&2

echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo), Linux $(uname -r)"
echo "java:    $("$java" -version 2>&1 | sed -n 2p)"
echo "command: deploy/bench/jmh.sh $*"

defaults=()
for option in "-f 1" "-wi 3" "-i 5" "-w 1" "-r 1"; do
    [[ " $* " == *" ${option% *} "* ]] || defaults+=("${option% *}" "${option#* }")
done

target=$root/switch-core/target
"$java" -cp "$target/test-classes:$target/classes:$(cat "$classpath")" org.openjdk.jmh.Main \
    ${defaults[@]+"${defaults[@]}"} "$@"
