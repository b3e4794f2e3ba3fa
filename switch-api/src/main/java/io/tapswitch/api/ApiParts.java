package io.tapswitch.api;

import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigReader;
import io.tapswitch.overlay.OverlayDirectory;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * What the API is to show and to change.
 *
 * @param directory what is known of other hosts
 * @param reader of the switch's port types
 * @param stateDir where the API keeps what has to outlive the daemon
 * @param ready whether the switch does its work, for {@code /health/ready}
 */
public record ApiParts(
        SwitchService service,
        OverlayDirectory directory,
        ConfigReader reader,
        HostInfo host,
        Path stateDir,
        BooleanSupplier ready) {}
