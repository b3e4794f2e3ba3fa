package io.tapswitch.linux;

import com.sun.jna.Memory;
import com.sun.jna.Platform;

/**
 * Where a thread stands when there is less processor time than the process could use. Linux keeps a nice value for each
 * thread, which is set as that of a process is, and a new thread starts with that of the one that makes it.
 *
 * <p>{@code sched_setattr(2)}, of which the C library of older systems knows nothing:
 *
 * <pre>
 *  0      4        8       16     20         24        32
 *  | size | policy | flags | nice | priority | runtime | deadline, period: 8 bytes each |
 * </pre>
 */
public final class ThreadPriority {
    private static final int PRIO_PROCESS = 0;
    private static final int CALLING_THREAD = 0;

    /** Each step of nice values takes a fifth of the share: fifteen of them leave a thirtieth. */
    private static final int BACKGROUND_STEPS = 15;

    private static final int MOST_NICE = 19;

    /**
     * The shortest slice that Linux grants: since 6.12 a thread is chosen the sooner, the less it asks for at once. Older
     * ones take no notice.
     */
    private static final long SLICE_NANOS = 100_000;

    private static final int SCHED_SETATTR = Platform.isARM() ? 274 : 314;
    private static final int SIZE = 48;
    private static final int NICE = 16;
    private static final int RUNTIME = 24;

    private ThreadPriority() {}

    /**
     * Has the calling thread, and those that it makes from then on, stand back: while others of the process want the
     * processor it gets a thirtieth of the time that each of them gets, though soon after it asks. Needs no privilege, and
     * cannot be taken back without one. A thread that is there already stays where it is.
     */
    public static void background() {
        // Of its first thread, whose number is the process's: the calling one may be in the background already.
        int first = LibC.getpriority(PRIO_PROCESS, (int) ProcessHandle.current().pid());
        int nice = Math.min(MOST_NICE, first + BACKGROUND_STEPS);
        LibC.setpriority(PRIO_PROCESS, CALLING_THREAD, nice);
        try (Memory attributes = new Memory(SIZE)) {
            attributes.clear();
            attributes.setInt(0, SIZE);
            attributes.setInt(NICE, nice);
            attributes.setLong(RUNTIME, SLICE_NANOS);
            LibC.syscall(SCHED_SETATTR, CALLING_THREAD, LibC.address(attributes), 0);
        }
    }
}
