package io.tapswitch.frame;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Frames in and segments out, as byte arrays. */
public final class Segments {
    private Segments() {}

    /** A frame of the bytes that a port reads: virtio-net header, then Ethernet. */
    public static Frame frame(byte[] large) {
        return load(new Frame(), large);
    }

    static Frame load(Frame frame, byte[] large) {
        frame.received(large.length);
        frame.buffer().put(frame.start() - VirtioNetHeader.LENGTH, large);
        return frame;
    }

    /** The segments of a frame, by {@code copyTo}. */
    static List<byte[]> of(Segmentation segmentation, Frame frame, int headroom) {
        int count = segmentation.prepare(frame, headroom);
        List<byte[]> segments = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            segments.add(copy(segmentation, i));
        }
        return segments;
    }

    static byte[] copy(Segmentation segmentation, int i) {
        byte[] bytes = new byte[segmentation.length(i)];
        segmentation.copyTo(i, ByteBuffer.wrap(bytes), 0);
        return bytes;
    }

    /** The files of a resource directory with frames in hexadecimal, one on a line; {@code #} starts a comment. */
    public static List<Path> files(String directory) {
        try (Stream<Path> files =
                Files.list(Path.of(Segments.class.getResource(directory).toURI()))) {
            return files.filter(file -> file.toString().endsWith(".hex"))
                    .sorted()
                    .toList();
        } catch (IOException | URISyntaxException e) {
            throw new IllegalStateException(directory, e);
        }
    }

    /** The byte strings of such a file. */
    public static List<byte[]> lines(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.map(line -> line.replaceAll("#.*|\\s", ""))
                    .filter(line -> !line.isEmpty())
                    .map(HexFormat.of()::parseHex)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
