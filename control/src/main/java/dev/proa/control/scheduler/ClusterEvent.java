package dev.proa.control.scheduler;

import dev.proa.api.core.v1.Node;
import dev.proa.api.core.v1.Pod;

/** Something that has happened in the cluster and may let a pod be placed that could not be before. */
sealed interface ClusterEvent {
    record NodeAdded(Node node) implements ClusterEvent {}

    record NodeUpdated(Node before, Node after) implements ClusterEvent {}

    /** A pod that counted on a node does so no longer: it was deleted, has ended, or could not be bound. */
    record PodGone(PodRequests freed) implements ClusterEvent {}

    /** A pod on a node asks for less or has other labels. */
    record PlacedPodUpdated(PodRequests before, PodRequests after) implements ClusterEvent {}

    /** The pod that waits has changed itself. */
    record WaitingPodUpdated(Pod before, Pod after) implements ClusterEvent {}
}
