/**
 * Sight into the frames that pass: capture sessions, which are written as pcapng, their filter language, and mirrors.
 *
 * <p>A {@link io.tapswitch.capture.CaptureSession} is a {@link io.tapswitch.bridge.FrameWatch}. On each event loop it copies
 * what it is asked for into a ring of that loop, bounded in bytes; a reader takes the rings' content out as pcapng whenever
 * it has room for more. A reader that is too slow loses frames, which are counted; the loops never wait.
 */
package io.tapswitch.capture;
