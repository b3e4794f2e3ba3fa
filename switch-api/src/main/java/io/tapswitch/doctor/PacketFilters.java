package io.tapswitch.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tapswitch.doctor.Firewall.Outcome;
import io.tapswitch.doctor.Firewall.Packet;
import io.tapswitch.doctor.Firewall.Verdict;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The packet filters of the calling thread's network namespace, which a program that it starts has too. Asked are the
 * programs that everybody asks, as each distribution has its own and only they know what the kernel means.
 */
final class PacketFilters {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_BYTES = 16 << 20;
    private static final int PATIENCE_SECONDS = 5;

    private PacketFilters() {}

    /**
     * What a program printed.
     *
     * @param error why it did not do its work, null if it did
     */
    record Printed(String text, String error) {}

    /** What becomes of the packets of the overlay to and from a peer. */
    static Verdict verdict(InetAddress peer, int udpPort) throws IOException {
        Packet in = new Packet(peer, udpPort, false);
        Printed nft = run("nft", "-j", "list", "ruleset");
        Printed iptables = run(in.isIpv6() ? "ip6tables-save" : "iptables-save", "-t", "filter");
        return verdict(nft, iptables, in).or(verdict(nft, iptables, new Packet(peer, udpPort, true)));
    }

    static Verdict verdict(Printed nft, Printed iptables, Packet packet) throws IOException {
        Verdict verdict = Verdict.OPEN;
        if (nft.error() == null) {
            verdict = verdict.or(NftRules.verdict(JSON.readTree(nft.text()), packet, iptables.error() == null));
        }
        if (iptables.error() == null) {
            verdict = verdict.or(IptablesRules.verdict(iptables.text(), packet));
        }
        return nft.error() == null || iptables.error() == null
                ? verdict
                : new Verdict(
                        Outcome.UNREADABLE,
                        packet.isOutgoing(),
                        nft.error() + "; " + iptables.error(),
                        "see as root: nft list ruleset (apt install nftables), or: iptables-save");
    }

    private static Printed run(String... command) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Printed("", command[0] + " cannot be run here");
        }
        Executor later = CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        CompletableFuture<Void> end = CompletableFuture.runAsync(process::destroyForcibly, later);
        try {
            process.getOutputStream().close();
            byte[] printed = process.getInputStream().readNBytes(MOST_BYTES);
            process.getInputStream().close();
            String text = new String(printed, StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? new Printed(text, null) : new Printed("", refusal(command[0], text));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the daemon is stopping");
        } finally {
            end.cancel(false);
            process.destroyForcibly();
        }
    }

    private static String refusal(String program, String text) {
        String first = text.lines().findFirst().orElse("").strip();
        return program + " fails" + (first.isEmpty() ? "" : " (" + first + ")");
    }
}
