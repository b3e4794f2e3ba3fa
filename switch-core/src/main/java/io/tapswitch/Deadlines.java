package io.tapswitch;

import io.tapswitch.config.SwitchConfig;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends the mirrors and quarantines whose time is over, also where the disk does not take the state without them: they are
 * without effect then, and stay in the desired state until it does. Under the lock of {@link SwitchService}.
 */
final class Deadlines {
    private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

    /** Takes what is over out of the desired state. */
    @FunctionalInterface
    interface Forgetting {
        void forget(Instant now) throws IOException;
    }

    private final Forgetting forgetting;
    private final Runnable settle;
    private boolean hasFailed;
    private long retryNanos;

    /** What the switch was brought to while the desired state says more. */
    private SwitchConfig lasting;

    /** @param settle brings the switch to what of the desired state is not over */
    Deadlines(Forgetting forgetting, Runnable settle) {
        this.forgetting = forgetting;
        this.settle = settle;
    }

    /** Ends what is over; about twice a second. */
    void look(SwitchConfig config, Instant now, long nowNanos) {
        if (!config.hasExpired(now)) {
            forgetTrouble();
            return;
        }
        if (!hasFailed || nowNanos - retryNanos >= 0) {
            forget(now, nowNanos);
        }
        if (hasFailed && !config.withoutExpired(now).equals(lasting)) {
            lasting = config.withoutExpired(now);
            settle.run();
        }
    }

    private void forget(Instant now, long nowNanos) {
        try {
            forgetting.forget(now);
            forgetTrouble();
        } catch (IOException | RuntimeException e) {
            hasFailed = true;
            retryNanos = nowNanos + RETRY_NANOS;
            LOG.warn("a mirror or quarantine whose time is over stays in the desired state: {}", e.getMessage());
        }
    }

    /** What is over next is news, also if it is the same again. */
    private void forgetTrouble() {
        hasFailed = false;
        lasting = null;
    }
}
