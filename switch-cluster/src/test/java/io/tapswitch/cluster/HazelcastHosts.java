package io.tapswitch.cluster;

import io.tapswitch.cluster.ClusterConfig.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Hosts with real Hazelcast inside, on loopback addresses and ports that were free a moment ago; all closed together. */
final class HazelcastHosts implements AutoCloseable {
    static final String CLUSTER = "hazelcast-hosts";

    private final List<Runnable> closings = new ArrayList<>();

    /** One host. */
    record Host(HazelcastStore store, Heard heard) {
        /** Waits until it can be reached and knows of so many data members. */
        Host reachable(int members) {
            Heard.await(
                    members + " members, not " + store.state(),
                    () -> store.state().reachable() && store.state().members() == members);
            return this;
        }

        Host unreachable(String part) {
            Heard.await("'" + part + "', not " + store.state(), () -> {
                RecordStore.State state = store.state();
                return !state.reachable() && state.reason().contains(part);
            });
            return this;
        }

        /** Ends it as a crash would. */
        void crash() {
            store.link().instance().getLifecycleService().terminate();
            store.close();
        }
    }

    /** A TCP port that nobody uses. */
    static int freePort(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static ClusterConfig config(Role role, String bind, int port, String... members) {
        return new ClusterConfig(
                CLUSTER, "/etc/secret", "a", role, bind, port, null, List.of(members), List.of(bind), null, null, null);
    }

    Host start(Role role, String bind, int port, String... members) {
        return start(config(role, bind, port, members));
    }

    Host start(ClusterConfig config) {
        Host host = new Host(new HazelcastStore(config), new Heard());
        closings.add(host.store()::close);
        host.store().start(host.heard());
        return host;
    }

    /** Runs this when the hosts are closed. */
    void closing(Runnable other) {
        closings.add(other);
    }

    @Override
    public void close() {
        for (int i = closings.size() - 1; i >= 0; i--) {
            closings.get(i).run();
        }
    }
}
