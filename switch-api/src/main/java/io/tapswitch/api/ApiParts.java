package io.tapswitch.api;

import io.tapswitch.SwitchService;
import io.tapswitch.api.metrics.Metrics;
import io.tapswitch.capture.Captures;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.event.EventJournal;
import io.tapswitch.overlay.OverlayDirectory;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * What the API is to show and to change.
 *
 * @param captures of the switch, which all that ask for one share
 * @param directory what is known of other hosts
 * @param reader of the switch's port types
 * @param stateDir where the API keeps what has to outlive the daemon
 * @param ready whether the switch does its work, for {@code /health/ready}
 * @param events what happened here, to be shown and to be added to
 * @param metrics what is counted, closed by whoever made it
 * @param identity who this daemon is to those of the other hosts of its cluster; null for a host by itself
 */
public record ApiParts(
        SwitchService service,
        Captures captures,
        OverlayDirectory directory,
        ConfigReader reader,
        HostInfo host,
        Path stateDir,
        BooleanSupplier ready,
        EventJournal events,
        Metrics metrics,
        HostIdentity identity) {}
