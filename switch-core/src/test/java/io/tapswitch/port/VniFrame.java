package io.tapswitch.port;

import java.util.HexFormat;

/**
 * A frame on the overlay.
 *
 * @param vni the VXLAN network identifier that it came with
 * @param hex its bytes, in hexadecimal digits, so that they compare and print
 */
public record VniFrame(int vni, String hex) {
    /** A frame with these bytes. */
    public static VniFrame of(int vni, byte[] bytes) {
        return new VniFrame(vni, HexFormat.of().formatHex(bytes));
    }
}
