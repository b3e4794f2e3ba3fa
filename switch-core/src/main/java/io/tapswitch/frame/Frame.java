package io.tapswitch.frame;

import io.netty.channel.unix.Buffer;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * One Ethernet frame, as a reused view over a direct buffer.
 *
 * <pre>
 *  buffer  | headroom ............ | virtio-net header (12) | Ethernet frame (length) | free |
 *                                  ^ start - 12             ^ start
 * </pre>
 *
 * <p>A port reads the virtio-net header and the frame into the frame's own buffer in one system call at {@link
 * #readAddress} and says how much came by {@link #received}, or lets the frame {@link #view} bytes that it read
 * elsewhere; another port writes both from {@link #writeAddress}. The headroom takes VLAN
 * tags, Ethernet headers and, later, outer headers, so that nothing is copied to make room.
 *
 * <p>Owned by one event loop. The content is valid only during the call that hands it over: whoever keeps it, copies
 * it. Every accessor is bounds-checked by the buffer; the fixed fields may be read once {@link #length} is at least
 * {@link #ETHERNET_HEADER}.
 */
public final class Frame {
    /** Bytes of an untagged Ethernet header. */
    public static final int ETHERNET_HEADER = 14;

    /** Bytes that one 802.1Q tag adds. */
    public static final int VLAN_TAG = 4;

    /** The longest frame: a 64 KiB IP packet as segmentation offload makes it, with header and tag. */
    public static final int MAX_LENGTH = 65536 + ETHERNET_HEADER + VLAN_TAG;

    /** The bytes in front of a frame that the switch may use. */
    public static final int HEADROOM = 128;

    private static final int VID_MASK = 0xfff;

    private final ByteBuffer own;
    private final long ownAddress;
    private ByteBuffer buffer;
    private long address;
    private int start = HEADROOM;
    private int length;

    /** Whether what is in front of the frame is not the frame's: it has no virtio-net header then, and is plain. */
    private boolean inPlace;

    /** An empty frame over a buffer of its own; to be made once per event loop and reused. */
    public Frame() {
        own = ByteBuffer.allocateDirect(HEADROOM + MAX_LENGTH);
        ownAddress = Buffer.memoryAddress(own);
        buffer = own;
        address = ownAddress;
    }

    /** The native address where a port reads the virtio-net header, followed by the frame. */
    public long readAddress() {
        return ownAddress + HEADROOM - VirtioNetHeader.LENGTH;
    }

    /** The bytes that may be read at {@link #readAddress}: header and longest frame. */
    public int readCapacity() {
        return VirtioNetHeader.LENGTH + MAX_LENGTH;
    }

    /** Takes what was read at {@link #readAddress}: {@code bytes} counts the virtio-net header and the frame. */
    public void received(int bytes) {
        buffer = own;
        address = ownAddress;
        start = HEADROOM;
        length = Math.max(0, bytes - VirtioNetHeader.LENGTH);
        inPlace = false;
    }

    /** The native address where a port reads a frame of at most {@link #MAX_LENGTH} bytes that has no virtio-net header. */
    public long plainReadAddress() {
        return ownAddress + HEADROOM;
    }

    /** Takes a plain wire frame that was read at {@link #plainReadAddress}. */
    public void receivedPlain(int bytes) {
        received(VirtioNetHeader.LENGTH + bytes);
        VirtioNetHeader.clear(buffer, start - VirtioNetHeader.LENGTH);
    }

    /**
     * Makes this a view of a plain wire frame in somebody else's buffer, where many frames were read at once. The {@link
     * #HEADROOM} bytes in front of it may be written over from now on.
     *
     * @param bytes a big-endian direct buffer
     * @param bytesAddress its native address
     * @param at the index of the frame's first byte, {@link #HEADROOM} or more
     * @param count the frame's bytes, at most {@link #MAX_LENGTH}
     */
    public void view(ByteBuffer bytes, long bytesAddress, int at, int count) {
        Objects.checkFromIndexSize(at - HEADROOM, HEADROOM + count, bytes.capacity());
        buffer = bytes;
        address = bytesAddress;
        start = at;
        length = count;
        inPlace = false;
        VirtioNetHeader.clear(buffer, start - VirtioNetHeader.LENGTH);
    }

    /**
     * Makes this a view of a plain wire frame that lies among others, and stays there until the {@linkplain #isInPlace burst
     * ends}. Nothing in front of it is written to: as soon as somebody wants a header or a tag there, the frame becomes a
     * copy in its own buffer.
     *
     * @param bytes a big-endian direct buffer
     * @param bytesAddress its native address
     * @param at the index of the frame's first byte
     * @param count the frame's bytes, at most {@link #MAX_LENGTH}
     */
    public void viewInPlace(ByteBuffer bytes, long bytesAddress, int at, int count) {
        Objects.checkFromIndexSize(at, count, bytes.capacity());
        Objects.checkIndex(count, MAX_LENGTH + 1);
        buffer = bytes;
        address = bytesAddress;
        start = at;
        length = count;
        inPlace = true;
    }

    /** Whether the frame's bytes stay where they are, unchanged, until the burst ends, so that they need no copy. */
    public boolean isInPlace() {
        return inPlace;
    }

    /** Gives the frame a virtio-net header and the room in front, by a copy if need be. */
    private void makeRoom() {
        if (inPlace) {
            ByteBuffer from = buffer;
            int at = start;
            receivedPlain(length);
            buffer.put(start, from, at, length);
        }
    }

    /** Fills the frame with a copy of plain bytes, checksums in place. */
    public void set(byte[] bytes) {
        receivedPlain(bytes.length);
        buffer.put(start, bytes);
    }

    /**
     * Fills the frame with a copy of bytes behind a virtio-net header, as they would be read at {@link #readAddress}.
     *
     * @param header of {@link VirtioNetHeader#LENGTH} bytes
     */
    public void set(byte[] header, byte[] bytes) {
        set(bytes);
        buffer.put(start - VirtioNetHeader.LENGTH, header);
    }

    /** Fills the frame with a copy of another one, which may have been given a tag beyond {@link #MAX_LENGTH}. */
    public void set(Frame other) {
        buffer = own;
        address = ownAddress;
        start = HEADROOM - Math.max(0, other.length - MAX_LENGTH);
        length = other.length;
        inPlace = false;
        copyHeader(other);
        buffer.put(start, other.buffer, other.start, other.length);
    }

    /** Fills the frame with a copy of the first bytes of another one, as a plain frame of its own. */
    public void setSnapped(Frame other, int bytes) {
        int count = Math.min(bytes, Math.min(other.length, MAX_LENGTH));
        receivedPlain(count);
        buffer.put(start, other.buffer, other.start, count);
    }

    /**
     * Fills the frame with a copy of the first bytes of another one, whose length and virtio-net header it takes: the rest
     * is where the other one has it.
     */
    void setFront(Frame other, int bytes) {
        buffer = own;
        address = ownAddress;
        start = HEADROOM;
        length = other.length;
        inPlace = false;
        copyHeader(other);
        buffer.put(start, other.buffer, other.start, bytes);
    }

    private void copyHeader(Frame other) {
        int header = start - VirtioNetHeader.LENGTH;
        if (other.inPlace) {
            VirtioNetHeader.clear(buffer, header);
        } else {
            buffer.put(header, other.buffer, other.start - VirtioNetHeader.LENGTH, VirtioNetHeader.LENGTH);
        }
    }

    /** A copy of the Ethernet frame, without the virtio-net header. */
    public byte[] toByteArray() {
        byte[] bytes = new byte[length];
        buffer.get(start, bytes);
        return bytes;
    }

    /** The native address of the virtio-net header, followed by the frame. */
    public long writeAddress() {
        makeRoom();
        return address + start - VirtioNetHeader.LENGTH;
    }

    /** The native address of the Ethernet frame. */
    public long address() {
        return address + start;
    }

    /** The bytes at {@link #writeAddress}. */
    public int writeLength() {
        return VirtioNetHeader.LENGTH + length;
    }

    /** The big-endian buffer behind this view; the frame is at {@link #start}. */
    public ByteBuffer buffer() {
        return buffer;
    }

    /** The index in {@link #buffer} of the first byte of the Ethernet header. */
    public int start() {
        return start;
    }

    /** Bytes of the Ethernet frame, without frame check sequence and without the virtio-net header. */
    public int length() {
        return length;
    }

    /** Says that the frame has another length; the bytes are in the buffer already. */
    void setLength(int bytes) {
        length = bytes;
    }

    /** The destination address, as {@link MacAddress} defines. */
    public long destination() {
        return buffer.getLong(start) >>> 16;
    }

    /** The source address, as {@link MacAddress} defines. */
    public long source() {
        return buffer.getLong(start + 4) & MacAddress.BROADCAST;
    }

    /** The EtherType, or the TPID of a tagged frame. */
    public int etherType() {
        return buffer.getShort(start + 12) & 0xffff;
    }

    /** Whether the frame starts with an 802.1Q tag; false also for one that is too short to hold it. */
    public boolean isTagged() {
        return etherType() == EtherType.VLAN && length >= ETHERNET_HEADER + VLAN_TAG;
    }

    /** The VLAN identifier of a tagged frame; 0 is a priority tag. */
    public int vid() {
        return tci() & VID_MASK;
    }

    /** The tag control information of a tagged frame: PCP (3 bits), DEI (1), VID (12). */
    public int tci() {
        return buffer.getShort(start + ETHERNET_HEADER) & 0xffff;
    }

    /** The EtherType behind the tag of a tagged frame. */
    public int innerEtherType() {
        return buffer.getShort(start + ETHERNET_HEADER + 2) & 0xffff;
    }

    /** Whether the frame is a wire frame, with nothing left to the hardware. */
    public boolean isPlain() {
        return inPlace || buffer.getShort(start - VirtioNetHeader.LENGTH) == 0;
    }

    /** Whether the sender left a checksum open: it is to be completed by the receiver, or by the switch. */
    public boolean isChecksumOpen() {
        return !inPlace
                && (VirtioNetHeader.flags(buffer, start - VirtioNetHeader.LENGTH) & VirtioNetHeader.NEEDS_CSUM) != 0;
    }

    /** Whether the frame is larger than a wire frame: its receiver, or the switch, cuts it into segments. */
    public boolean isGso() {
        return !inPlace && VirtioNetHeader.gsoType(buffer, start - VirtioNetHeader.LENGTH) != VirtioNetHeader.GSO_NONE;
    }

    /**
     * Whether the checksum that the sender left open, if any, lies behind the Ethernet header and within the frame.
     * Whoever completes another one would write over addresses, or over a VLAN tag that the switch puts in front.
     */
    public boolean hasSoundChecksum() {
        if (!isChecksumOpen()) {
            return true;
        }
        int header = start - VirtioNetHeader.LENGTH;
        int from = VirtioNetHeader.csumStart(buffer, header);
        return from >= ETHERNET_HEADER && from + VirtioNetHeader.csumOffset(buffer, header) + 2 <= length;
    }

    /** The payload bytes of each segment of a {@linkplain #isGso large frame}. */
    public int gsoSize() {
        return VirtioNetHeader.gsoSize(buffer, start - VirtioNetHeader.LENGTH);
    }

    /** Takes the 802.1Q tag off: the addresses and the virtio-net header move up, the payload stays. */
    public void popTag() {
        moveFront(VLAN_TAG);
    }

    /** Puts an 802.1Q tag in front: the addresses and the virtio-net header move into the headroom. */
    public void pushTag(int tci) {
        pushTag(EtherType.VLAN, tci);
    }

    /** The same with another tag protocol identifier, such as that of an 802.1ad service tag. */
    public void pushTag(int tpid, int tci) {
        moveFront(-VLAN_TAG);
        buffer.putInt(start + 12, tpid << 16 | tci);
    }

    /**
     * Takes the Ethernet header off, so that the frame is the packet in it: the virtio-net header moves up. What was in
     * the header is lost.
     */
    public void popEthernet() {
        moveHeader(ETHERNET_HEADER);
    }

    /** Puts an Ethernet header in front of a packet: the virtio-net header moves into the headroom. */
    public void pushEthernet(long destination, long source, int etherType) {
        moveHeader(-ETHERNET_HEADER);
        buffer.putLong(start, destination << 16 | source >>> 32)
                .putInt(start + 8, (int) source)
                .putShort(start + 12, (short) etherType);
    }

    /** Moves the virtio-net header alone. */
    private void moveHeader(int bytes) {
        makeRoom();
        int header = start - VirtioNetHeader.LENGTH;
        long first = buffer.getLong(header);
        int rest = buffer.getInt(header + 8);
        start += bytes;
        length -= bytes;
        buffer.putLong(header + bytes, first).putInt(header + bytes + 8, rest);
        VirtioNetHeader.shift(buffer, header + bytes, -bytes);
    }

    /** Moves the virtio-net header and the addresses. */
    private void moveFront(int bytes) {
        makeRoom();
        int header = start - VirtioNetHeader.LENGTH;
        long first = buffer.getLong(header);
        long second = buffer.getLong(header + 8);
        long third = buffer.getLong(header + 16);
        start += bytes;
        length -= bytes;
        header += bytes;
        buffer.putLong(header, first).putLong(header + 8, second).putLong(header + 16, third);
        VirtioNetHeader.shift(buffer, header, -bytes);
    }
}
