package io.tapswitch.cli;

import picocli.CommandLine.Option;

/** Which frames a command copies, and how much of each. A mixin; null for what was not said. */
final class FrameSelection {
    @Option(
            names = "--direction",
            paramLabel = "WAY",
            description = "ingress, egress or both, as the switch sees it. Default: both")
    String direction;

    @Option(names = "--snap-length", paramLabel = "BYTES", description = "Only so much of each frame. Default: all")
    Integer snapLength;

    @Option(names = "--filter", paramLabel = "FILTER", description = "Only these frames. Default: all")
    String filter;
}
