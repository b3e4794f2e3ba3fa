package io.tapswitch.capture;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.config.ConfigException;
import io.tapswitch.frame.Frame;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Filters as nobody writes them, and frames as no honest sender makes them. */
class FrameFilterFuzzTest {
    private static final int FILTERS = 20_000;
    private static final String[] WORDS = {
        "host",
        "net",
        "port",
        "portrange",
        "proto",
        "ether",
        "src",
        "dst",
        "arp",
        "ip",
        "ip6",
        "tcp",
        "udp",
        "icmp",
        "icmp6",
        "sctp",
        "vlan",
        "less",
        "greater",
        "broadcast",
        "multicast",
        "and",
        "or",
        "not",
        "&&",
        "||",
        "!",
        "(",
        ")",
        "10.0.0.1",
        "10.0.0.0/8",
        "2001:db8::1",
        "::/0",
        "02:00:00:00:00:01",
        "0",
        "80",
        "1-2",
        "0x800",
        "-1",
        "4095",
        "99999999999",
        "%",
        "é",
        "\u0000",
        "/",
        "fe80::1%eth0"
    };
    private static final int[] TYPES = {0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x1234};

    private final SplittableRandom random = new SplittableRandom(20_261_121);
    private final Frame frame = new Frame();
    private final FrameFilter.Scratch scratch = new FrameFilter.Scratch();

    private String filter() {
        List<String> words = new ArrayList<>();
        for (int i = random.nextInt(8); i >= 0; i--) {
            words.add(WORDS[random.nextInt(WORDS.length)]);
        }
        return String.join(random.nextInt(10) == 0 ? "" : " ", words);
    }

    private void anyFrame() {
        byte[] bytes = new byte[random.nextInt(3) == 0 ? random.nextInt(40) : random.nextInt(200)];
        random.nextBytes(bytes);
        int at = 12;
        while (at + 2 <= bytes.length) {
            int type = TYPES[random.nextInt(TYPES.length)];
            bytes[at] = (byte) (type >> 8);
            bytes[at + 1] = (byte) type;
            at += 4;
            if (type != 0x8100 && type != 0x88a8) {
                break;
            }
        }
        if (at - 2 < bytes.length) {
            bytes[at - 2] = (byte) (random.nextBoolean() ? 0x45 : 0x60);
        }
        frame.set(bytes);
    }

    @Test
    void everyTextIsAFilterOrARefusalAndEveryFilterTakesOrLeavesAnyFrame() {
        int parsed = 0;
        int taken = 0;
        for (int i = 0; i < FILTERS; i++) {
            try {
                FrameFilter filter = FrameFilter.parse(filter());
                parsed++;
                for (int j = 0; j < 20; j++) {
                    anyFrame();
                    taken += filter.matches(frame, scratch) ? 1 : 0;
                }
            } catch (ConfigException refused) {
                assertThat(refused.getMessage()).startsWith("filter: ").contains("expected is");
            }
        }
        assertThat(parsed).isBetween(500, FILTERS / 2);
        assertThat(taken).isBetween(parsed, 19 * parsed);
    }
}
