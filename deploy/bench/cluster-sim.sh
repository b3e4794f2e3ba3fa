#!/usr/bin/env bash
# How a cluster grows, by simulation: real directories of switch-cluster, a store in memory, a clock that goes as fast as it
# is computed. Prints a table in Markdown.
#
#   deploy/bench/cluster-sim.sh                    2 to 1000 hosts, up to 100,000 stations
#   deploy/bench/cluster-sim.sh 100x10000          100 hosts with 10,000 stations in all
#
# JAVA_HOME chooses the JDK, MAVEN_OPTIONS is for Maven. The largest cases need 8 GiB of memory and some minutes.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT

# shellcheck disable=SC2086
mvn -q -B ${MAVEN_OPTIONS:-} -f "$root/pom.xml" -pl switch-core,switch-cluster test-compile \
    org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath \
    -Dmdep.includeScope=test -Dmdep.outputFile="$classpath" >&2

echo "machine: $(nproc) x $(sed -n 's/^model name[^:]*: //p;T;q' /proc/cpuinfo), Linux $(uname -r)"
echo "java:    $("$java" -version 2>&1 | sed -n 2p)"
echo "command: deploy/bench/cluster-sim.sh $*"
echo

target=$root/switch-cluster/target
"$java" -Xmx8g -Dslf4j.internal.verbosity=ERROR \
    -cp "$target/test-classes:$target/classes:$root/switch-core/target/classes:$(cat "$classpath")" \
    io.tapswitch.cluster.ClusterSimulation "$@"
