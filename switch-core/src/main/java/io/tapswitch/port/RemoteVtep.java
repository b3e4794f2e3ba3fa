package io.tapswitch.port;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * A remote VTEP as it is at one moment.
 *
 * @param address of the VTEP, in digits
 * @param state {@code unknown} if it never answered a probe, as VTEPs other than TapSwitch do not; {@code alive}; {@code
 *     dead} if it answered before and does no more
 * @param roundTripMicros smoothed; null if it never answered
 * @param lossPercent of the last probes; null if it never answered
 * @param lastHeardMillis since it was last heard; null if it never was
 * @param lastProbedMillis since it last probed this host: lately, of one that is {@code dead}, means that only the direction
 *     towards it is cut; null if it never did
 * @param pathMtu the largest IP packet that reaches it, bytes
 * @param encrypted whether frames to and from it are encrypted, but for those of networks without encryption
 * @param secret the {@linkplain io.tapswitch.vxlan.OverlaySecret#id id} of the secret that frames to it are encrypted by, or
 *     will be once it answers; null if none are
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record RemoteVtep(
        String address,
        String state,
        Long roundTripMicros,
        Integer lossPercent,
        Long lastHeardMillis,
        Long lastProbedMillis,
        int pathMtu,
        boolean encrypted,
        String secret) {}
