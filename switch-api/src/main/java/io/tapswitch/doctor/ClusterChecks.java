package io.tapswitch.doctor;

import io.tapswitch.doctor.SwitchState.Credential;
import io.tapswitch.overlay.ClusterState;
import io.tapswitch.overlay.RemoteHost;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What the daemon keeps on disk and by time, and how the hosts of its cluster get on with each other. */
final class ClusterChecks {
    static final List<Check> ALL = List.of(
            Check.ofHost("state-directory", ClusterChecks::stateDirectory),
            Check.ofHost("credentials", ClusterChecks::credentials),
            Check.ofHost("cluster", ClusterChecks::cluster),
            Check.ofHost("hosts", ClusterChecks::hosts),
            Check.ofHost("versions", ClusterChecks::versions),
            Check.ofHost("clocks", ClusterChecks::clocks));

    private static final long MEBIBYTE = 1 << 20;
    private static final long LEAST_FREE = 64 * MEBIBYTE;
    private static final long LITTLE_FREE = 512 * MEBIBYTE;
    private static final Duration SOON = Duration.ofDays(14);
    /** Times that are told in whole seconds, over a network, differ by as much. */
    private static final Duration SKEW = Duration.ofSeconds(3);

    private static final int PATIENCE_SECONDS = 5;

    private ClusterChecks() {}

    private static void stateDirectory(Examination look) {
        Path directory = look.state().stateDir();
        String subject = "state directory " + directory;
        try {
            look.machine().write(directory);
            tellFree(look, subject, look.machine().freeBytes(directory));
        } catch (IOException e) {
            look.problem(
                    subject,
                    "the daemon cannot write there, so that every change of the configuration is refused: "
                            + Explained.of(e).reason(),
                    "see who owns it and whether the disk is mounted read-only: ls -ld " + directory + "; findmnt -T "
                            + directory);
        }
    }

    private static void tellFree(Examination look, String subject, long free) {
        String text = free / MEBIBYTE + " MiB are free on its disk";
        String fix = "make room: df -h; du -xh --max-depth=1 " + look.state().stateDir()
                + " (captures in files are below" + " captures/ there)";
        if (free < LEAST_FREE) {
            look.problem(subject, text + ": once it is full, every change of the configuration is refused", fix);
        } else if (free < LITTLE_FREE) {
            look.warning(subject, text + ": once it is full, every change of the configuration is refused", fix);
        } else {
            look.ok(subject, "it can be written, and " + text);
        }
    }

    private static void credentials(Examination look) throws IOException {
        List<Credential> all = look.state().credentials();
        Instant now = look.machine().now();
        for (Credential credential : all) {
            Duration left = Duration.between(now, credential.expires());
            if (left.isNegative()) {
                look.problem(
                        credential.subject(),
                        "it expired at " + credential.expires() + ": clients that use it, or look at it, are refused",
                        credential.renewal());
            } else if (left.compareTo(SOON) < 0) {
                look.warning(
                        credential.subject(),
                        "it expires in " + Words.span(left) + ", at " + credential.expires()
                                + ": then clients that use it, or look at it, are refused",
                        credential.renewal());
            }
        }
        if (look.isQuiet()) {
            look.ok("the API", all.isEmpty() ? "nothing expires" : "no certificate or token is about to expire");
        }
    }

    private static void cluster(Examination look) {
        if (look.state().cluster().isEmpty()) {
            look.ok("this host", "it is by itself, in no cluster");
            return;
        }
        ClusterState cluster = look.state().cluster().get();
        String subject = "cluster " + cluster.name();
        if (!cluster.state().equals("joined")) {
            tellUnjoined(look, subject, cluster);
        }
        cluster.conflicts()
                .forEach(conflict -> look.problem(
                        subject,
                        "hosts do not agree: " + conflict + ". Frames of that network do not cross between them",
                        "make it the same on all hosts: tapswitch network list on each, then tapswitch network set"));
        cluster.refused().forEach((reason, count) -> tellRefused(look, subject, reason, count));
        if (look.isQuiet()) {
            look.ok(subject, "joined, with " + cluster.members() + " members and " + cluster.hosts() + " other hosts");
        }
    }

    private static void tellUnjoined(Examination look, String subject, ClusterState cluster) {
        Explained explained = Explained.of(cluster.reason() == null ? "no reason is known" : cluster.reason());
        String consequence = cluster.state().equals("joining")
                ? "; it knows the other hosts only from before, if at all"
                : "; frames go on to the hosts that are known, and what changes on them does not arrive here";
        look.problem(
                subject,
                "this host is " + cluster.state() + ": " + explained.reason() + consequence,
                explained.fixOr(
                        "see that the members run, and that their TCP port (cluster.port, 5701 unless set) can be"
                                + " reached from here: nc -vz MEMBER 5701; then tapswitch events"));
    }

    private static void tellRefused(Examination look, String subject, String reason, long count) {
        if (count > 0) {
            look.warning(
                    subject,
                    count + " records of other hosts were refused since the start: " + reason
                            + ". Hosts whose records are refused are not known here",
                    reason.startsWith("not authentic")
                            ? "compare the secrets: sha256sum of cluster.secretFile on each host; a host without the"
                                    + " cluster's secret is to be mended or shut out"
                            : "see which host writes them: tapswitch events; tapswitch host list");
        }
    }

    private static void hosts(Examination look) {
        List<RemoteHost> hosts = look.state().hosts();
        for (RemoteHost host : hosts) {
            if (host.state().equals("silent")) {
                look.problem(
                        "host " + host.name(),
                        "it was not heard for "
                                + (host.heardSecondsAgo() == null ? "a long time" : host.heardSecondsAgo() + " s")
                                + reason(host)
                                + ": it is down, or cut off from the cluster's members; what is known of it is old",
                        "see whether it runs: ssh " + host.name() + " systemctl status tapswitch; is it gone for good,"
                                + " nothing need be done");
            } else if (host.state().equals("cached")) {
                look.warning(
                        "host " + host.name(),
                        "it is known from before this daemon started and was not heard since" + reason(host),
                        "wait a minute; if it stays so, see whether it runs: ssh " + host.name()
                                + " systemctl status tapswitch");
            } else if (host.reason() != null) {
                look.warning(
                        "host " + host.name(),
                        "frames to it do not pass: "
                                + Explained.of(host.reason()).reason(),
                        Explained.of(host.reason()).fixOr("tapswitch host show " + host.name()));
            }
        }
        if (look.isQuiet()) {
            look.ok("the cluster", hosts.isEmpty() ? "there are no other hosts" : "all other hosts are heard");
        }
    }

    private static String reason(RemoteHost host) {
        return host.reason() == null ? "" : " (" + host.reason() + ")";
    }

    private static void versions(Examination look) {
        for (RemoteHost host : look.state().hosts()) {
            if (!host.version().equals(look.state().version())) {
                look.warning(
                        "host " + host.name(),
                        "it runs TapSwitch " + host.version() + " and this host "
                                + look.state().version()
                                + ": well for the time of an upgrade, and not tested for longer",
                        "bring all hosts to the newer one");
            }
        }
        if (look.isQuiet()) {
            look.ok("this host", "all hosts run TapSwitch " + look.state().version());
        }
    }

    private static void clocks(Examination look) throws IOException {
        Map<String, CompletableFuture<Duration>> asked = new LinkedHashMap<>();
        look.state().hosts().stream()
                .filter(host -> host.state().equals("up"))
                .forEach(host -> asked.put(
                        host.name(), look.state().clockAhead(host.name()).toCompletableFuture()));
        for (Map.Entry<String, CompletableFuture<Duration>> host : asked.entrySet()) {
            compareClocks(look, host.getKey(), host.getValue());
        }
        if (look.isQuiet()) {
            look.ok(
                    "this host",
                    asked.isEmpty() ? "there is no other clock to compare with" : "its clock and the others' agree");
        }
    }

    private static void compareClocks(Examination look, String host, CompletableFuture<Duration> answer)
            throws IOException {
        try {
            Duration ahead = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (ahead.abs().compareTo(SKEW) > 0) {
                look.warning(
                        "host " + host,
                        "its clock is " + Words.span(ahead.abs()) + (ahead.isNegative() ? " behind" : " ahead of")
                                + " this host's: events and logs of the two are in the wrong order, and certificates and"
                                + " tokens may count as expired",
                        "have both follow the time: timedatectl set-ntp true; look with: timedatectl");
            }
        } catch (TimeoutException e) {
            tellUnasked(look, host, "no answer within " + PATIENCE_SECONDS + " seconds");
        } catch (ExecutionException e) {
            tellUnasked(look, host, reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the daemon is stopping");
        }
    }

    private static String reason(ExecutionException e) {
        Throwable cause = e.getCause();
        while (cause.getCause() != null && !(cause instanceof IOException)) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    private static void tellUnasked(Examination look, String host, String why) {
        look.unknown(
                "host " + host,
                "its clock could not be compared with this host's: " + why,
                "compare by hand: date; ssh " + host + " date");
    }
}
