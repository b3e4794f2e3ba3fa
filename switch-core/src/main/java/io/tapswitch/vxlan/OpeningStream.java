package io.tapswitch.vxlan;

/**
 * One stream of an {@link Opening}: keys and replay windows of the newest epoch that an authentic frame had, of the one
 * before, of which frames may still be on the way, and of the one after, once a datagram says that it is of that. Any
 * thread, one at a time.
 */
final class OpeningStream {
    private final FrameKeys keys;
    private final KeyBudget budget;
    private final int stream;
    private Epoch previous;
    private Epoch current;
    private Epoch next;

    OpeningStream(FrameKeys keys, KeyBudget budget, int stream) {
        this.keys = keys;
        this.budget = budget;
        this.stream = stream;
    }

    /** Opens the datagram in the scratch, which is no shorter than the overhead; results as of {@link Opening#open}. */
    synchronized int open(Scratch scratch, int length, long nowNanos) {
        int number = SealedHeader.epoch(scratch.header, 0);
        if (isPast(number)) {
            return Opening.REPLAYED;
        }
        Epoch epoch = known(number);
        if (epoch == null) {
            if (!budget.admits(nowNanos)) {
                return Opening.BUSY;
            }
            epoch = new Epoch(number);
        }
        int opened = epoch.open(scratch, length);
        if (opened >= 0 && (current == null || number > current.number)) {
            advanceTo(epoch);
        }
        return opened;
    }

    private boolean isPast(int number) {
        return current != null && number < current.number - 1;
    }

    /** An epoch whose key needs no budget, since it is derived once at most; null for others. */
    private Epoch known(int number) {
        if (current == null || number > current.number + 1) {
            return null;
        }
        if (number > current.number) {
            // Kept even if this datagram turns out to be forged, so that forgers cannot keep the next key away.
            next = next == null ? new Epoch(number) : next;
            return next;
        }
        return number == current.number ? current : previous;
    }

    private void advanceTo(Epoch epoch) {
        int before = epoch.number - 1;
        if (current != null && current.number == before) {
            previous = current;
        } else {
            // No frame of it was taken, else it would be the current one: an empty window is right.
            previous = before < 0 ? null : new Epoch(before);
        }
        current = epoch;
        next = null;
    }

    private final class Epoch {
        private final int number;
        private final FrameCipher cipher;
        private final ReplayWindow window = new ReplayWindow();

        Epoch(int number) {
            this.number = number;
            cipher = keys.cipher(stream, number);
        }

        int open(Scratch scratch, int length) {
            int sequence = SealedHeader.sequence(scratch.header, 0);
            if (!window.isNew(Integer.toUnsignedLong(sequence))) {
                return Opening.REPLAYED;
            }
            int opened = cipher.open(sequence, scratch.datagram, SealedHeader.LENGTH, length, scratch.plain);
            if (opened < 0) {
                return Opening.NOT_AUTHENTIC;
            }
            window.add(Integer.toUnsignedLong(sequence));
            return opened;
        }
    }
}
