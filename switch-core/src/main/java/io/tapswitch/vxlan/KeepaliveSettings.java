package io.tapswitch.vxlan;

import java.time.Duration;

/**
 * When a peer is probed, and what follows.
 *
 * @param probing false for {@code keepalive: off}: probes are answered and never sent, so the state stays unknown. They
 *     are answered, because a peer that goes on probing would take silence for death. An encrypted overlay needs probes,
 *     for they tell the sessions
 * @param probeInterval between keepalive probes
 * @param hurryAfter silence of a peer that is alive, after which it is probed more often; more than the interval
 * @param hurryInterval between probes in a hurry; somewhat less than the time between ticks, so that each of these sends some
 * @param lostAfter when a keepalive probe counts as lost
 * @param deadAfter silence of a peer that is alive, after which it is dead. An acknowledgement that takes longer is stray
 * @param confirmInterval between tests whether the path still carries the MTU in use
 * @param raiseInterval between tests whether it carries more
 * @param answersPerSecond probes of a peer that are answered
 */
public record KeepaliveSettings(
        boolean probing,
        Duration probeInterval,
        Duration hurryAfter,
        Duration hurryInterval,
        Duration lostAfter,
        Duration deadAfter,
        Duration confirmInterval,
        Duration raiseInterval,
        int answersPerSecond) {
    public static final KeepaliveSettings DEFAULTS = new KeepaliveSettings(
            true,
            Duration.ofMillis(500),
            Duration.ofMillis(700),
            Duration.ofMillis(80),
            Duration.ofSeconds(1),
            Duration.ofMillis(2500),
            Duration.ofSeconds(5),
            Duration.ofSeconds(60),
            100);

    public static final KeepaliveSettings OFF = DEFAULTS.withProbing(false);

    /** @throws IllegalArgumentException if a peer could not be alive with these, or a duration is not positive */
    public KeepaliveSettings {
        require(isPositive(probeInterval) && isPositive(hurryInterval), "intervals between probes are positive");
        require(isPositive(confirmInterval) && isPositive(raiseInterval), "intervals between tests are positive");
        require(hurryAfter.compareTo(probeInterval) > 0, "hurryAfter is more than probeInterval");
        require(deadAfter.compareTo(hurryAfter) > 0, "deadAfter is more than hurryAfter");
        require(isPositive(lostAfter) && lostAfter.compareTo(deadAfter) <= 0, "lostAfter is at most deadAfter");
        require(answersPerSecond > 0, "answersPerSecond is positive");
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isZero() && !duration.isNegative();
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }

    public KeepaliveSettings withProbing(boolean whether) {
        return new KeepaliveSettings(
                whether,
                probeInterval,
                hurryAfter,
                hurryInterval,
                lostAfter,
                deadAfter,
                confirmInterval,
                raiseInterval,
                answersPerSecond);
    }
}
