package io.tapswitch.cluster;

import com.hazelcast.cluster.Member;
import com.hazelcast.cluster.MembershipEvent;
import com.hazelcast.cluster.MembershipListener;
import com.hazelcast.core.DistributedObjectEvent;
import com.hazelcast.core.DistributedObjectListener;
import com.hazelcast.core.EntryEvent;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.core.LifecycleEvent;
import com.hazelcast.core.LifecycleEvent.LifecycleState;
import com.hazelcast.core.LifecycleListener;
import com.hazelcast.map.listener.EntryAddedListener;
import com.hazelcast.map.listener.EntryUpdatedListener;
import com.hazelcast.partition.PartitionLostEvent;
import com.hazelcast.partition.PartitionLostListener;

/** What one Hazelcast instance tells, on its threads, put into the words of {@link HazelcastLink}. Waits for nothing. */
final class HazelcastEvents
        implements HazelcastInstanceAware,
                LifecycleListener,
                MembershipListener,
                PartitionLostListener,
                DistributedObjectListener {
    /** Who is told. */
    interface Target {
        /** An instance begins; it has not joined yet. */
        void beginning(HazelcastInstance instance);

        /** A client has found a member, or has lost the last one. */
        void connected(boolean connected);

        /** A record was written. */
        void written(EntryEvent<Object, Object> event);

        /** Records may have come or gone in a way that is no hint. */
        void unsettled(String why);

        /** Somebody destroyed a map, and who listens to it, on all members. @param name of the map, or of anything else */
        void destroyed(String name);

        /** The instance has ended. */
        void ended();
    }

    /** Tells of what is written to one map. */
    record Hints(Target target) implements EntryAddedListener<Object, Object>, EntryUpdatedListener<Object, Object> {
        @Override
        public void entryAdded(EntryEvent<Object, Object> event) {
            target.written(event);
        }

        @Override
        public void entryUpdated(EntryEvent<Object, Object> event) {
            target.written(event);
        }
    }

    private final Target target;
    private volatile boolean muted;

    HazelcastEvents(Target target) {
        this.target = target;
    }

    /** From now on this instance is of no interest; some of its events may still be on their way. */
    void mute() {
        muted = true;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
        target.beginning(instance);
    }

    @Override
    public void stateChanged(LifecycleEvent event) {
        if (muted) {
            return;
        }
        LifecycleState state = event.getState();
        switch (state) {
            case CLIENT_CONNECTED -> target.connected(true);
            case CLIENT_DISCONNECTED -> target.connected(false);
            case MERGED -> target.unsettled("two parts of the cluster have merged");
            case MERGE_FAILED -> target.unsettled("two parts of the cluster could not merge");
            case SHUTDOWN -> target.ended();
            default -> {}
        }
    }

    @Override
    public void memberAdded(MembershipEvent event) {
        if (!event.getMember().localMember()) {
            target.unsettled("member " + address(event.getMember()) + " has joined");
        }
    }

    @Override
    public void memberRemoved(MembershipEvent event) {
        target.unsettled("member " + address(event.getMember()) + " has left");
    }

    private static String address(Member member) {
        return member.getAddress().getHost() + " port " + member.getAddress().getPort();
    }

    @Override
    public void partitionLost(PartitionLostEvent event) {
        if (event.getLostBackupCount() >= HazelcastSettings.BACKUPS) {
            target.unsettled("records were lost with the members that had them");
        }
    }

    @Override
    public void distributedObjectCreated(DistributedObjectEvent event) {
        // Whoever needs a map makes it.
    }

    @Override
    public void distributedObjectDestroyed(DistributedObjectEvent event) {
        if (!muted) {
            target.destroyed(String.valueOf(event.getObjectName()));
        }
    }
}
