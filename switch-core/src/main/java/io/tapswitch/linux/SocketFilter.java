package io.tapswitch.linux;

import com.sun.jna.Memory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Classic BPF programs that choose what a socket receives, or a host takes in (Linux,
 * Documentation/networking/filter.rst). The kernel copies a program, and runs it before anybody else sees the frame.
 *
 * <pre>
 * sock_filter  | code 2 | jt 1 | jf 1 | k 4 |      sock_fprog  | count 2 | 0 (6) | address of the program 8 |
 * </pre>
 */
final class SocketFilter {
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;
    private static final int EVERYTHING = 0xffff_ffff;
    private static final int INSTRUCTION = 8;
    private static final int PROGRAM = 16;

    /** SKF_AD_OFF + SKF_AD_PKTTYPE: the sll_pkttype of packet(7). */
    private static final int PACKET_TYPE = 0xffff_f000 + 4;

    private static final int PACKET_OUTGOING = 4;

    /** Behind the nlmsghdr of 16 bytes, in the ifinfomsg. */
    private static final int INTERFACE_INDEX = 20;

    private SocketFilter() {}

    /** Keeps from a packet socket what its own host sends out. */
    static void ignoreOutgoing(int fd) throws LinuxException {
        attach(fd, PACKET_TYPE, PACKET_OUTGOING, 0, EVERYTHING);
    }

    /** Lets a netlink socket receive only messages about one interface. */
    static void onlyInterface(int fd, int index) throws LinuxException {
        // The program reads in network byte order what stands there in the machine's.
        int read = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? Integer.reverseBytes(index) : index;
        attach(fd, INTERFACE_INDEX, read, EVERYTHING, 0);
    }

    /** A program that gives the same for every frame. */
    static byte[] returning(int value) {
        ByteBuffer code = ByteBuffer.allocate(INSTRUCTION).order(ByteOrder.nativeOrder());
        instruction(code, RETURN, 0, value);
        return code.array();
    }

    /** The number of a program's instructions, as an unsigned short in the machine's byte order. */
    static byte[] count(byte[] program) {
        return ByteBuffer.allocate(Short.BYTES)
                .order(ByteOrder.nativeOrder())
                .putShort((short) (program.length / INSTRUCTION))
                .array();
    }

    /** A program that compares the word at an offset, and takes so many bytes if it is equal, or else so many. */
    private static void attach(int fd, int offset, int value, int ifEqual, int otherwise) throws LinuxException {
        ByteBuffer code = ByteBuffer.allocate(4 * INSTRUCTION).order(ByteOrder.nativeOrder());
        instruction(code, LOAD_WORD, 0, offset);
        instruction(code, JUMP_IF_EQUAL, 1, value);
        instruction(code, RETURN, 0, ifEqual);
        instruction(code, RETURN, 0, otherwise);
        try (Memory program = new Memory(PROGRAM);
                Memory instructions = new Memory(code.capacity())) {
            instructions.write(0, code.array(), 0, code.capacity());
            program.clear();
            program.setShort(0, (short) (code.capacity() / INSTRUCTION));
            program.setLong(8, LibC.address(instructions));
            if (LibC.setsockopt(fd, LibC.SOL_SOCKET, LibC.SO_ATTACH_FILTER, LibC.address(program), PROGRAM) < 0) {
                throw LinuxException.of(LibC.errno(), "attach a filter to a socket");
            }
        }
    }

    private static void instruction(ByteBuffer code, int operation, int ifFalse, int constant) {
        code.putShort((short) operation).put((byte) 0).put((byte) ifFalse).putInt(constant);
    }
}
