package io.tapswitch.port;

import static org.assertj.core.api.Assertions.assertThat;

import io.tapswitch.frame.Frame;
import io.tapswitch.frame.Frames;
import io.tapswitch.port.DropReason.Side;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every port keeps, whatever is on its far side. A port type's test extends this class and supplies the port and
 * the program, or socket, on the far side.
 *
 * <p>Frames of these tests have EtherType {@value #ETHER_TYPE} (for experiments, IEEE 802) unless the type cannot carry
 * that, so that a far side with traffic of its own can tell them apart: it returns only those.
 */
public abstract class PortContract {
    /** Of the frames that these tests send. */
    public static final int ETHER_TYPE = 0x88b5;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long STATION = 0x0200_0000_0a01L;
    private static final long OTHER = 0x0200_0000_0a02L;

    /** The other end of the port's wire. */
    protected interface FarSide extends AutoCloseable {
        /** Sends a frame towards the switch. */
        void send(byte[] frame) throws IOException;

        /** The next frame of these tests from the switch; null if none came in time. */
        byte[] receive(Duration patience) throws IOException;

        /** Whether the far side sees a usable port, as a cable shows it. */
        boolean hasCarrier() throws IOException;

        /** Makes the far side disappear, for good or, if the port {@linkplain #loss waits}, until {@link #farSide} is asked for. */
        void breakDown() throws IOException;

        @Override
        void close() throws IOException;
    }

    /** Opens a port of the type with these counters; not yet started. */
    protected abstract Port open(PortCounters counters) throws IOException;

    /** The other end of the port that {@link #open} returned last. */
    protected abstract FarSide farSide() throws IOException;

    /** Whether {@link Port#carrier} reaches the far side of this type. */
    protected boolean showsCarrier() {
        return true;
    }

    /** What becomes of a port whose far side disappears. */
    protected enum Loss {
        /** It fails: the owner closes it and opens it anew. */
        FAILS,
        /** It goes on, and waits for somebody to come. */
        WAITS,
        /** It cannot tell. */
        UNNOTICED
    }

    /** What becomes of a port of this type. */
    protected Loss loss() {
        return Loss.FAILS;
    }

    /** A frame that the far side can send; its payload has the given length and tells it from other numbers. */
    protected byte[] incoming(int number, int payloadLength) {
        return ethernet(number, payloadLength);
    }

    /** A frame that the switch can send, likewise. */
    protected byte[] outgoing(int number, int payloadLength) {
        return ethernet(number, payloadLength);
    }

    /** Whether a frame that came in is one of these tests. */
    protected boolean isOfTheTest(Frame received) {
        return received.etherType() == ETHER_TYPE;
    }

    /** Has the port take a frame out. */
    protected void takeOut(Port taker, Frame sent, Burst turn) {
        taker.transmit(sent, turn);
    }

    private final PortCounters counters = new PortCounters(8);
    private final BlockingQueue<byte[]> arrived = new LinkedBlockingQueue<>();
    private final BlockingQueue<Exception> failures = new LinkedBlockingQueue<>();
    private final AtomicInteger departures = new AtomicInteger();
    private final Frame frame = new Frame();
    private final Burst burst = new Burst(0);
    private Port port;
    private FarSide farSide;

    /** Subclasses that prepare something name the method otherwise: theirs runs before this one. */
    @BeforeEach
    void startPort() throws IOException {
        port = open(counters);
        port.start(this::sink, new Owner());
        port.carrier(true);
        farSide = farSide();
    }

    @AfterEach
    void closeAll() throws IOException {
        port.close();
        farSide.close();
    }

    private final class Owner implements PortOwner {
        @Override
        public void failed(Exception cause) {
            failures.add(cause);
        }

        @Override
        public void farSideLeft() {
            departures.incrementAndGet();
        }
    }

    private void sink(Frame received, Burst turn) {
        if (received.length() >= Frame.ETHERNET_HEADER && isOfTheTest(received)) {
            arrived.add(received.toByteArray());
        }
    }

    private static byte[] ethernet(int number, int payloadLength) {
        byte[] payload = Frames.payload(payloadLength);
        payload[0] = (byte) (number >>> 8);
        payload[1] = (byte) number;
        return Frames.ethernet(OTHER, STATION, ETHER_TYPE, payload);
    }

    private void transmit(byte[] bytes) {
        frame.set(bytes);
        takeOut(port, frame, burst.begin(System.nanoTime()));
        burst.end();
    }

    /** What the port says beforehand of a frame that it is to take out. */
    private DropReason told(byte[] bytes) {
        frame.set(bytes);
        return port.egressRefusal(port.isOverlay() ? 1 : 0, frame, burst.begin(System.nanoTime()));
    }

    private void assertDropsAsTold(byte[] bytes) {
        DropReason reason = told(bytes);
        assertThat(reason).isNotNull();
        long dropped = counters.drops(reason);
        transmit(bytes);
        assertThat(counters.drops(reason) - dropped).isOne();
    }

    private byte[] nextArrived() throws InterruptedException {
        return arrived.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static boolean becomesTrue(BooleanSupplier condition) throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
        return condition.getAsBoolean();
    }

    @Test
    void bringsInExactlyTheBytesThatTheFarSideSends() throws Exception {
        for (int payload : new int[] {46, 47, 100, 1499, 1500}) {
            byte[] sent = incoming(payload, payload);
            farSide.send(sent);
            assertThat(nextArrived()).isEqualTo(sent);
        }
    }

    @Test
    void takesOutExactlyTheBytesThatTheSwitchSends() throws Exception {
        for (int payload : new int[] {46, 47, 100, 1499, 1500}) {
            byte[] sent = outgoing(payload, payload);
            transmit(sent);
            assertThat(farSide.receive(PATIENCE)).isEqualTo(sent);
        }
    }

    @Test
    void takesOutAFrameThatLostItsTagOnTheWay() throws Exception {
        byte[] untagged = outgoing(7, 100);
        frame.set(Frames.tagged(untagged, 5));
        frame.popTag();
        takeOut(port, frame, burst.begin(System.nanoTime()));
        burst.end();
        assertThat(farSide.receive(PATIENCE)).isEqualTo(untagged);
    }

    @Test
    void keepsTheOrderBothWays() throws Exception {
        int frames = 200;
        for (int i = 0; i < frames; i++) {
            farSide.send(incoming(i, 60));
            transmit(outgoing(i, 60));
            assertThat(farSide.receive(PATIENCE)).isEqualTo(outgoing(i, 60));
        }
        for (int i = 0; i < frames; i++) {
            assertThat(nextArrived()).isEqualTo(incoming(i, 60));
        }
    }

    @Test
    void countsWhatItTakesOut() throws Exception {
        long before = counters.sum(PortCounters.TX_FRAMES);
        long bytes = counters.sum(PortCounters.TX_BYTES);
        for (int i = 0; i < 10; i++) {
            transmit(outgoing(i, 100));
            assertThat(farSide.receive(PATIENCE)).isNotNull();
        }
        assertThat(becomesTrue(() -> counters.sum(PortCounters.TX_FRAMES) - before >= 10))
                .isTrue();
        assertThat(counters.sum(PortCounters.TX_FRAMES) - before).isEqualTo(10);
        assertThat(counters.sum(PortCounters.TX_BYTES) - bytes).isEqualTo(10 * 114);
        assertThat(counters.drops(Side.EGRESS)).isZero();
    }

    @Test
    void leavesTheFrameToItsOwnerAsItWas() throws Exception {
        byte[] sent = outgoing(1, 100);
        Frames.receive(frame, 0, 0, 0, 0, 0, 0, sent);
        takeOut(port, frame, burst.begin(System.nanoTime()));
        takeOut(port, frame, burst);
        burst.end();
        assertThat(frame.toByteArray()).isEqualTo(sent);
        assertThat(Frames.header(frame)).isEqualTo(new byte[12]);
        assertThat(farSide.receive(PATIENCE)).isEqualTo(sent);
        assertThat(farSide.receive(PATIENCE)).isEqualTo(sent);
    }

    @Test
    void bringsNothingInOnceItIsClosed() throws Exception {
        farSide.send(incoming(1, 100));
        assertThat(nextArrived()).isNotNull();
        port.close();
        try {
            farSide.send(incoming(2, 100));
        } catch (IOException e) {
            // A far side that has gone with the port cannot even be sent to: as good.
        }
        assertThat(arrived.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void dropsWhatIsToBeSentOnceItIsClosed() {
        port.close();
        long sent = counters.sum(PortCounters.TX_FRAMES);
        long dropped = counters.drops(Side.EGRESS);
        for (int i = 0; i < 10; i++) {
            transmit(outgoing(i, 100));
        }
        assertThat(counters.sum(PortCounters.TX_FRAMES)).isEqualTo(sent);
        assertThat(counters.drops(Side.EGRESS) - dropped).isEqualTo(10);
    }

    @Test
    void saysThatNothingIsInTheWayOfWhatItThenTakesOut() throws Exception {
        byte[] sent = outgoing(1, 100);
        assertThat(becomesTrue(() -> told(sent) == null)).isTrue();
        long counted = counters.sum(PortCounters.TX_FRAMES) + counters.drops(Side.EGRESS);
        assertThat(told(sent)).isNull();
        assertThat(counters.sum(PortCounters.TX_FRAMES) + counters.drops(Side.EGRESS))
                .isEqualTo(counted);
        transmit(sent);
        assertThat(farSide.receive(PATIENCE)).isEqualTo(sent);
    }

    @Test
    void saysWhyItDropsWhatIsToBeSentOnceItIsClosed() {
        port.close();
        assertDropsAsTold(outgoing(1, 100));
    }

    @Test
    void toleratesToBeClosedTwice() {
        port.close();
        port.close();
    }

    @Test
    void showsTheFarSideWhetherItIsUsable() throws Exception {
        if (!showsCarrier()) {
            return;
        }
        assertThat(becomesTrue(this::carrier)).isTrue();
        port.carrier(false);
        assertThat(becomesTrue(() -> !carrier())).isTrue();
        port.carrier(true);
        assertThat(becomesTrue(this::carrier)).isTrue();
    }

    private boolean carrier() {
        try {
            return farSide.hasCarrier();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void tellsOnceThatItsFarSideIsLost() throws Exception {
        if (loss() != Loss.FAILS) {
            return;
        }
        assertThat(failures).isEmpty();
        farSide.breakDown();
        Exception reason = failures.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        assertThat(reason).isNotNull();
        assertThat(reason.getMessage()).isNotBlank();
        transmit(outgoing(1, 100));
        assertThat(failures.poll(100, TimeUnit.MILLISECONDS)).isNull();
        port.close();
        assertThat(failures).isEmpty();
    }

    @Test
    void waitsForAnotherFarSide() throws Exception {
        if (loss() != Loss.WAITS) {
            return;
        }
        assertThat(becomesTrue(() -> port.waitsFor() == null)).isTrue();
        for (int times = 1; times <= 2; times++) {
            int expected = times;
            farSide.breakDown();
            assertThat(becomesTrue(() -> departures.get() == expected)).isTrue();
            assertThat(port.waitsFor()).isNotBlank();
            assertDropsAsTold(outgoing(1, 100));
            farSide = farSide();
            assertThat(becomesTrue(() -> port.waitsFor() == null)).isTrue();
            byte[] sent = outgoing(times, 100);
            farSide.send(sent);
            assertThat(nextArrived()).isEqualTo(sent);
            transmit(sent);
            assertThat(farSide.receive(PATIENCE)).isEqualTo(sent);
        }
        assertThat(failures).isEmpty();
        assertThat(departures).hasValue(2);
    }

    @Test
    void tellsOnceThatItsFarSideLeftAndWaits() throws Exception {
        if (loss() != Loss.WAITS) {
            return;
        }
        assertThat(becomesTrue(() -> port.waitsFor() == null)).isTrue();
        farSide.breakDown();
        assertThat(becomesTrue(() -> port.waitsFor() != null && departures.get() > 0))
                .isTrue();
        assertThat(port.waitsFor()).isNotBlank();
        long dropped = counters.drops(DropReason.EGRESS_DOWN);
        transmit(outgoing(1, 100));
        assertThat(counters.drops(DropReason.EGRESS_DOWN) - dropped).isOne();
        port.close();
        assertThat(departures).hasValue(1);
        assertThat(failures).isEmpty();
    }

    @Test
    void quiescesWhileFramesComeIn() throws Exception {
        for (int i = 0; i < 20; i++) {
            farSide.send(incoming(i, 60));
            port.quiesce();
        }
        for (int i = 0; i < 20; i++) {
            assertThat(nextArrived()).isNotNull();
        }
    }

    @Test
    void saysWhatIsOnItsFarSide() {
        Port.Info info = port.info();
        assertThat(info.device()).isNotBlank();
        assertThat(info.queues()).isPositive();
        assertThat(info.loops()).isNotNull();
        assertThat(info.offloads()).isNotNull();
        assertThat(port.counters()).isSameAs(counters);
    }
}
