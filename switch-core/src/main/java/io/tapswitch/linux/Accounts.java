package io.tapswitch.linux;

import com.sun.jna.Memory;
import java.io.IOException;
import java.util.regex.Pattern;

/**
 * Users and groups by name or number (pwd.h, grp.h). A lookup may go to the network where the host's name service does,
 * so it belongs on a worker thread, outside of any other network namespace.
 */
public final class Accounts {
    /** pw_uid and gr_gid follow two pointers. */
    private static final long ID_OFFSET = 16;

    private static final long RECORD_LENGTH = 64;
    private static final long FIRST_BUFFER_LENGTH = 16 * 1024;
    private static final long LAST_BUFFER_LENGTH = 1024 * 1024;
    private static final long HIGHEST_ID = 0xffff_fffeL;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,10}");

    private Accounts() {}

    @FunctionalInterface
    private interface Lookup {
        int call(long name, long entry, long buffer, long bufferLength, long result);
    }

    /**
     * The uid of a user.
     *
     * @param nameOrNumber a user name, or a number that is taken as it is
     * @return the uid, 0 to 4294967294
     * @throws IOException if there is no such user
     */
    public static long userId(String nameOrNumber) throws IOException {
        return id("user", nameOrNumber, LibC::getpwnam_r);
    }

    /**
     * The gid of a group.
     *
     * @param nameOrNumber a group name, or a number that is taken as it is
     * @return the gid, 0 to 4294967294
     * @throws IOException if there is no such group
     */
    public static long groupId(String nameOrNumber) throws IOException {
        return id("group", nameOrNumber, LibC::getgrnam_r);
    }

    private static long id(String kind, String nameOrNumber, Lookup lookup) throws IOException {
        if (!NUMBER.matcher(nameOrNumber).matches()) {
            return named(kind, nameOrNumber, lookup);
        }
        long id = Long.parseLong(nameOrNumber);
        if (id > HIGHEST_ID) {
            throw new IOException(kind + " id " + id + " is out of range: the highest is " + HIGHEST_ID);
        }
        return id;
    }

    private static long named(String kind, String name, Lookup lookup) throws IOException {
        for (long length = FIRST_BUFFER_LENGTH; ; length *= 4) {
            try (Memory text = LibC.string(name);
                    Memory entry = new Memory(RECORD_LENGTH);
                    Memory buffer = new Memory(length);
                    Memory result = new Memory(Long.BYTES)) {
                int errno = lookup.call(
                        LibC.address(text), LibC.address(entry), LibC.address(buffer), length, LibC.address(result));
                if (errno == 0 && result.getLong(0) != 0) {
                    return Integer.toUnsignedLong(entry.getInt(ID_OFFSET));
                }
                if (errno != Errno.ERANGE || length >= LAST_BUFFER_LENGTH) {
                    throw unknown(kind, name, errno);
                }
            }
        }
    }

    private static IOException unknown(String kind, String name, int errno) {
        // getpwnam(3) lists these as ways to say "not found".
        boolean notFound = errno == 0 || errno == Errno.ENOENT || errno == 3 || errno == 9 || errno == Errno.EPERM;
        return notFound
                ? new IOException(kind + " '" + name + "' does not exist; create it, or give a number")
                : LinuxException.of(errno, "look up " + kind + " '" + name + "'");
    }
}
