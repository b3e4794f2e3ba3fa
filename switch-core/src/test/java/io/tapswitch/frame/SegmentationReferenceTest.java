package io.tapswitch.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Thousands of random packets of each kind, against segments built from the fields and against a receiver. */
class SegmentationReferenceTest {
    private static final int PACKETS = 4000;

    private final Segmentation segmentation = new Segmentation(4096);

    @ParameterizedTest(name = "ipv4 {0} tcp {1}")
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void agreesWithTheReference(boolean ipv4, boolean tcp) {
        Random random = new Random(20260101);
        Frame frame = new Frame();
        for (int i = 0; i < PACKETS; i++) {
            TestPacket packet = TestPacket.random(random, ipv4, tcp);
            Segments.load(frame, packet.large());
            List<byte[]> segments = Segments.of(segmentation, frame, random.nextInt(81));
            assertThat(segments).as("packet %d", i).containsExactlyElementsOf(packet.segments());
        }
    }

    @ParameterizedTest(name = "ipv4 {0} tcp {1}")
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void aReceiverPutsThePayloadTogetherAgain(boolean ipv4, boolean tcp) {
        Random random = new Random(20260102);
        Frame frame = new Frame();
        for (int i = 0; i < PACKETS; i++) {
            TestPacket packet = TestPacket.random(random, ipv4, tcp);
            Segments.load(frame, packet.large());
            ByteArrayOutputStream payload = new ByteArrayOutputStream();
            Segments.of(segmentation, frame, 0).forEach(segment -> payload.writeBytes(WireFrame.payload(segment)));
            assertThat(payload.toByteArray()).as("packet %d", i).isEqualTo(packet.payload());
        }
    }
}
