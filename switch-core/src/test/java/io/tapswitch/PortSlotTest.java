package io.tapswitch;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.SwitchEvents.PortSight;
import io.tapswitch.config.PortConfig;
import io.tapswitch.port.PortCounters;
import org.junit.jupiter.api.Test;

class PortSlotTest {
    private static final PortConfig WEB1 = PortConfig.of("web1", "memory", null, "settings");

    private final PortSlot slot = new PortSlot(WEB1, null, null, new PortCounters(1));

    @Test
    void isSeenAsAnotherObjectOnlyOnceSomethingChanged() {
        PortSight first = slot.sight();
        assertThat(slot.sight()).isSameAs(first);

        slot.failed("no such device", 0);
        PortSight failed = slot.sight();
        assertThat(failed.reason()).isEqualTo("no such device");
        slot.failed("no such device", 1);
        assertThat(slot.sight()).isSameAs(failed);

        slot.config(WEB1.but().locked(true).build());
        assertThat(slot.sight().config().locked()).isTrue();
        assertThat(slot.sight()).isSameAs(slot.sight()).isNotSameAs(failed);
    }
}
