package io.tapswitch.api;

import io.tapswitch.SwitchService;
import io.tapswitch.config.ConfigException;
import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.util.function.UnaryOperator;

/**
 * One list of the desired state, as a resource changes one item of it: errors name the field as the client wrote it,
 * {@code network} rather than {@code ports[3].network}.
 */
final class DesiredState {
    private final SwitchService service;
    private final String indexedItem;

    /** @param list its name in the desired state, such as {@code ports} */
    DesiredState(SwitchService service, String list) {
        this.service = service;
        this.indexedItem = "^" + list + "\\[\\d+]\\.?";
    }

    SwitchConfig config() {
        return service.config();
    }

    /** See {@link SwitchService#apply}. */
    void apply(UnaryOperator<SwitchConfig> change) throws IOException {
        try {
            service.apply(change);
        } catch (ConfigException e) {
            throw seenFromItem(e);
        }
    }

    /** See {@link SwitchService#check}. */
    void check(UnaryOperator<SwitchConfig> change) {
        try {
            service.check(change);
        } catch (ConfigException e) {
            throw seenFromItem(e);
        }
    }

    private ConfigException seenFromItem(ConfigException e) {
        return new ConfigException(e.kind(), e.field().replaceFirst(indexedItem, ""), e.detail());
    }
}
