package io.tapswitch.vxlan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Frames and a message that {@code captures/sealing/vectors.py} made, which shares no code with this. */
class SealedVectorTest {
    private static final RekeyLimits ONE_FRAME = new RekeyLimits(1, Long.MAX_VALUE);
    private static final HexFormat HEX = HexFormat.of();

    private record Vector(int stream, int epoch, int sequence, byte[] plain, byte[] material, byte[] datagram) {
        static Vector of(String line) {
            String[] parts = line.split(" ");
            return new Vector(
                    Integer.parseInt(parts[0]),
                    Integer.parseInt(parts[1]),
                    Integer.parseUnsignedInt(parts[2]),
                    parts[3].equals("-") ? new byte[0] : HEX.parseHex(parts[3]),
                    HEX.parseHex(parts[4] + parts[5]),
                    HEX.parseHex(parts[6]));
        }
    }

    private static List<String> lines() throws IOException {
        try (InputStream in = SealedVectorTest.class.getResourceAsStream("/captures/sealing/vectors.hex")) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .toList();
        }
    }

    private static List<Vector> vectors() throws IOException {
        List<Vector> vectors = lines().stream()
                .filter(line -> !line.startsWith("control"))
                .map(Vector::of)
                .toList();
        assertThat(vectors).hasSize(6);
        return vectors;
    }

    @Test
    void derivesTheKeys() throws IOException {
        for (Vector vector : vectors()) {
            int word = SealedHeader.streamAndEpoch(vector.stream, vector.epoch);
            assertThat(SealedPeers.secret().frameKey(SealedPeers.SENDER, SealedPeers.RECEIVER, word, 44))
                    .isEqualTo(vector.material);
        }
    }

    @Test
    void opensEachVector() throws IOException {
        for (Vector vector : vectors()) {
            SealedPeers peers = new SealedPeers(1, RekeyLimits.DEFAULT);
            int length = peers.open(vector.datagram);
            assertThat(length).isEqualTo(vector.plain.length);
            assertThat(peers.opened(length)).isEqualTo(vector.plain);
        }
    }

    /** The last vector is of a sequence that no test reaches. */
    @Test
    void sealsTheVectorsThatCanBeReached() throws IOException {
        List<Vector> vectors = vectors();
        SealedPeers peers = new SealedPeers(6, new RekeyLimits(2, Long.MAX_VALUE));
        for (Vector vector : vectors.subList(0, 4)) {
            assertThat(peers.seal(vector.stream, vector.plain)).isEqualTo(vector.datagram);
        }
    }

    @Test
    void sealsTheHeaderOfTheLastEpoch() {
        int last = SealedHeader.EPOCHS - 1;
        SealingStream stream = new SealingStream(SealedPeers.keys(), 1023, last, ONE_FRAME);
        Scratch scratch = Scratch.ofThread();
        int length = stream.seal(scratch, 10, 0);
        byte[] datagram = Arrays.copyOf(scratch.datagram, length);
        assertThat(HEX.formatHex(datagram, 0, 12)).isEqualTo("00545303ffffffff00000000");
        assertThat(new SealedPeers(1, ONE_FRAME).open(datagram)).isEqualTo(10);
    }

    @Test
    void tagsTheMessage() throws IOException {
        String[] parts = lines().get(6).split(" ");
        ByteBuffer message = ByteBuffer.wrap(HEX.parseHex(parts[1]));
        assertThat(SealedPeers.secret().controlTag(message, 0, message.limit())).isEqualTo(HEX.parseHex(parts[2]));
    }
}
