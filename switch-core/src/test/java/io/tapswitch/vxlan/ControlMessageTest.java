package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The two messages against bytes written out by hand. */
class ControlMessageTest {
    private static final SessionId SESSION = new SessionId(0x3031323334353637L, 0x38393a3b3c3d3e3fL);
    private static final String PROBE = "00 54 53 01  01 00 00 40  1011121314151617  303132333435363738393a3b3c3d3e3f"
            + "00000000000000000000000000000000  00000000000000000000000000000000";
    private static final String ACKNOWLEDGEMENT = "00 54 53 02  01 00 05 c8  8011121314151617"
            + "303132333435363738393a3b3c3d3e3f  00000000000000000000000000000000";

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits.replaceAll("\\s", ""));
    }

    private static boolean isValid(byte[] bytes) {
        return ControlMessage.isValid(ByteBuffer.wrap(bytes), 0, bytes.length);
    }

    private static byte[] with(String message, int index, int value) {
        byte[] bytes = hex(message);
        bytes[index] = (byte) value;
        return bytes;
    }

    @Test
    void writesAProbeWithPadding() {
        ByteBuffer message = ByteBuffer.allocate(64);
        ControlMessage.write(message, ControlMessage.PROBE, 64, 0x1011121314151617L, SESSION);
        assertThat(message.array()).isEqualTo(hex(PROBE));
    }

    @Test
    void writesAnAcknowledgementOverWhatWasThere() {
        ByteBuffer message = ByteBuffer.allocate(48);
        Arrays.fill(message.array(), (byte) 0xff);
        ControlMessage.write(message, ControlMessage.ACKNOWLEDGEMENT, 1480, 0x8011121314151617L, SESSION);
        assertThat(message.array()).isEqualTo(hex(ACKNOWLEDGEMENT));
    }

    @Test
    void readsAProbeWhereverItLies() {
        ByteBuffer buffer = ByteBuffer.allocate(71).put(7, hex(PROBE));
        assertThat(ControlMessage.isValid(buffer, 7, 64)).isTrue();
        assertThat(ControlMessage.kind(buffer, 7)).isEqualTo(ControlMessage.PROBE);
        assertThat(ControlMessage.probeLength(buffer, 7)).isEqualTo(64);
        assertThat(ControlMessage.token(buffer, 7)).isEqualTo(0x1011121314151617L);
        assertThat(SessionId.in(buffer, 7)).isEqualTo(SESSION);
        assertThat(SESSION.isIn(buffer, 7)).isTrue();
        assertThat(new SessionId(SESSION.high(), 0).isIn(buffer, 7)).isFalse();
        assertThat(new SessionId(0, SESSION.low()).isIn(buffer, 7)).isFalse();
    }

    @Test
    void readsAnAcknowledgement() {
        ByteBuffer buffer = ByteBuffer.wrap(hex(ACKNOWLEDGEMENT));
        assertThat(ControlMessage.isValid(buffer, 0, 48)).isTrue();
        assertThat(ControlMessage.kind(buffer, 0)).isEqualTo(ControlMessage.ACKNOWLEDGEMENT);
        assertThat(ControlMessage.probeLength(buffer, 0)).isEqualTo(1480);
        assertThat(ControlMessage.token(buffer, 0)).isEqualTo(0x8011121314151617L);
        assertThat(SessionId.in(buffer, 0)).isEqualTo(SESSION);
    }

    @Test
    void aSessionIsItsBytes() {
        byte[] bytes = hex("303132333435363738393a3b3c3d3e3f");
        assertThat(SessionId.of(bytes)).isEqualTo(SESSION);
        assertThat(SESSION.bytes()).isEqualTo(bytes);
    }

    @Test
    void refusesEveryTruncationAndMoreThanTheMessage() {
        for (String message : new String[] {PROBE, ACKNOWLEDGEMENT}) {
            byte[] bytes = hex(message);
            for (int length = 0; length < bytes.length; length++) {
                assertThat(isValid(Arrays.copyOf(bytes, length)))
                        .as(length + " bytes")
                        .isFalse();
            }
            assertThat(isValid(bytes)).isTrue();
            assertThat(isValid(Arrays.copyOf(bytes, bytes.length + 1))).isFalse();
        }
    }

    @Test
    void refusesOtherKindsMarksAndVersions() {
        assertThat(isValid(with(PROBE, 3, 0))).isFalse();
        assertThat(isValid(with(PROBE, 3, 3))).isFalse();
        assertThat(isValid(with(PROBE, 3, 0x81))).isFalse();
        assertThat(isValid(with(PROBE, 4, 2))).isFalse();
        assertThat(isValid(with(PROBE, 0, 8))).as("VXLAN's I flag").isFalse();
        assertThat(isValid(with(PROBE, 1, 't'))).isFalse();
        assertThat(isValid(with(PROBE, 2, 's'))).isFalse();
    }

    @Test
    void refusesAnAcknowledgementOfWhatIsNoProbe() {
        assertThat(isValid(with(ACKNOWLEDGEMENT, 6, 0))).as("of 200 bytes").isTrue();
        byte[] tooShort = with(ACKNOWLEDGEMENT, 6, 0);
        tooShort[7] = 47;
        assertThat(isValid(tooShort)).isFalse();
        tooShort[7] = 48;
        assertThat(isValid(tooShort)).isTrue();
    }

    @Test
    void ignoresFlagsThatAreUnknown() {
        assertThat(isValid(with(PROBE, 5, 0xff))).isTrue();
    }

    @Test
    void withoutEncryptionATagIsRefused() {
        for (int index = 32; index < 48; index++) {
            assertThat(ControlTag.NONE.verify(ByteBuffer.wrap(with(PROBE, index, 1)), 0, 64))
                    .isFalse();
        }
        assertThat(ControlTag.NONE.verify(ByteBuffer.wrap(hex(PROBE)), 0, 64)).isTrue();
    }
}
