package io.tapswitch.cluster;

import io.tapswitch.overlay.HostEvent;
import io.tapswitch.overlay.RemotePort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a host tells those who ask: its ports, and what happened to it lately.
 *
 * <pre>
 * +---------------------------------------------------------------+
 * |   header, see RecordWriter                                    |
 * +-------------------------------+-------------------------------+
 * |             ports             |   for each:                   |
 * +-------------------------------+-------------------------------+
 * |   name, type, network, status (texts)                         |
 * +---------+-+-+-+-----------------------------------------------+
 * |    0    |D|R|T|   trunk (list of texts), if T is set          |
 * +---------+-+-+-+-----------------------------------------------+
 * |   reason (text), if R is set; device (text), if D is set      |
 * +---------------------------------------------------------------+
 *
 * +---------------------------------------------------------------+
 * |   header, see RecordWriter                                    |
 * +-------------------------------+-------------------------------+
 * |            events             |   for each:                   |
 * +-------------------------------+-------------------------------+
 * |         time, milliseconds since 1970 began in UTC            |
 * |                          (64 bits)                            |
 * +---------------------------------------------------------------+
 * |   kind, subject, text (texts)                                 |
 * +---------------------------------------------------------------+
 * </pre>
 */
final class Reports {
    private static final int MOST_PORTS = 0xffff;
    private static final int HAS_TRUNK = 1;
    private static final int HAS_REASON = 2;
    private static final int HAS_DEVICE = 4;
    private static final int SHORTEST_PORT = 5;
    private static final int SHORTEST_EVENT = 11;

    private Reports() {}

    /** @param epoch and sequence of the host */
    static byte[] ports(long epoch, long sequence, List<RemotePort> ports) {
        List<RemotePort> told = ports.subList(0, Math.min(MOST_PORTS, ports.size()));
        RecordWriter out = new RecordWriter(RecordKind.PORTS, epoch, sequence).count(told.size());
        for (RemotePort port : told) {
            out.text(port.name())
                    .text(port.type())
                    .text(port.network())
                    .text(port.status())
                    .u8((port.trunk() == null ? 0 : HAS_TRUNK)
                            | (port.reason() == null ? 0 : HAS_REASON)
                            | (port.device() == null ? 0 : HAS_DEVICE));
            if (port.trunk() != null) {
                out.count(port.trunk().size());
                port.trunk().forEach(out::text);
            }
            if (port.reason() != null) {
                out.text(port.reason());
            }
            if (port.device() != null) {
                out.text(port.device());
            }
        }
        return out.toBytes();
    }

    static List<RemotePort> ports(byte[] record, int length) throws RefusedException {
        RecordReader in = new RecordReader(RecordKind.PORTS, record, length);
        List<RemotePort> ports = new ArrayList<>();
        for (int left = in.count(SHORTEST_PORT); left > 0; left--) {
            ports.add(port(in));
        }
        return ports;
    }

    private static RemotePort port(RecordReader in) throws RefusedException {
        String name = in.text();
        String type = in.text();
        String network = in.text();
        String status = in.text();
        int flags = in.u8();
        List<String> trunk = (flags & HAS_TRUNK) == 0 ? null : texts(in);
        String reason = (flags & HAS_REASON) == 0 ? null : in.text();
        String device = (flags & HAS_DEVICE) == 0 ? null : in.text();
        return new RemotePort(name, type, network, trunk, status, reason, device);
    }

    private static List<String> texts(RecordReader in) throws RefusedException {
        List<String> texts = new ArrayList<>();
        for (int left = in.count(1); left > 0; left--) {
            texts.add(in.text());
        }
        return texts;
    }

    /** @param epoch and sequence of the host */
    static byte[] events(long epoch, long sequence, List<HostEvent> events) {
        RecordWriter out = new RecordWriter(RecordKind.EVENTS, epoch, sequence).count(events.size());
        events.forEach(event -> out.i64(event.time().toEpochMilli())
                .text(event.kind())
                .text(event.subject())
                .text(event.text()));
        return out.toBytes();
    }

    /** @param host that the record is kept for */
    static List<HostEvent> events(String host, byte[] record, int length) throws RefusedException {
        RecordReader in = new RecordReader(RecordKind.EVENTS, record, length);
        List<HostEvent> events = new ArrayList<>();
        for (int left = in.count(SHORTEST_EVENT); left > 0; left--) {
            events.add(new HostEvent(Instant.ofEpochMilli(in.i64()), host, in.text(), in.text(), in.text()));
        }
        return events;
    }
}
