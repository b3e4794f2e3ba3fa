package io.tapswitch.cluster;

import io.tapswitch.cluster.ClusterConfig.Role;
import io.tapswitch.cluster.HazelcastHosts.Host;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** The contract, between one data member and a host of each role. */
class HazelcastStoreContractTest {
    @TestInstance(TestInstance.Lifecycle.PER_CLASS)
    abstract static class Pair extends RecordStoreContract {
        private final Role role;
        private HazelcastHosts hosts;
        private Host first;
        private Host second;

        Pair(Role role) {
            this.role = role;
        }

        @BeforeAll
        void start() {
            hosts = new HazelcastHosts();
            int port = HazelcastHosts.freePort("127.0.0.1");
            first = hosts.start(Role.MEMBER, "127.0.0.1", port, "127.0.0.1");
            first.reachable(1);
            second = hosts.start(role, "127.0.0.2", port, "127.0.0.1");
            second.reachable(role == Role.MEMBER ? 2 : 1);
        }

        @AfterAll
        void stop() {
            hosts.close();
        }

        @Override
        RecordStore first() {
            return first.store();
        }

        @Override
        RecordStore second() {
            return second.store();
        }

        @Override
        Heard firstHeard() {
            return first.heard();
        }

        @Override
        Heard secondHeard() {
            return second.heard();
        }
    }

    @Nested
    class WithAMember extends Pair {
        WithAMember() {
            super(Role.MEMBER);
        }
    }

    @Nested
    class WithALiteMember extends Pair {
        WithALiteMember() {
            super(Role.LITE);
        }
    }

    @Nested
    class WithAClient extends Pair {
        WithAClient() {
            super(Role.CLIENT);
        }
    }
}
