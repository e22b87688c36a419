package dev.proa.control.replicaset;

import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.apps.v1.ReplicaSetStatus;
import dev.proa.api.core.v1.ReplicationController;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;

/**
 * What ReplicaSets and ReplicationControllers differ in.
 *
 * @param controller the name of the controller
 * @param account its service account, and the source of its events
 */
record SetKind<T extends KubeObject>(Kind<T> kind, String controller, String account) {
    static final SetKind<ReplicaSet> REPLICA_SET =
            new SetKind<>(ReplicaSet.KIND, "replicaset-controller", "replicaset-controller");
    static final SetKind<ReplicationController> REPLICATION_CONTROLLER =
            new SetKind<>(ReplicationController.KIND, "replicationcontroller-controller", "replication-controller");

    /** An object as a ReplicaSet, of the same name, kind and UID. The selector of a ReplicationController is a map of labels. */
    ReplicaSet asSet(T object) {
        return object instanceof ReplicaSet set
                ? set
                : new ReplicaSet(object.value()
                        .withMap(
                                "spec",
                                spec -> spec.with("selector", MapValue.of("matchLabels", spec.map("selector")))));
    }

    /** The status to write. ReplicationControllers do not count pods that are being deleted. */
    MapValue status(ReplicaSetStatus status) {
        return kind.kind().equals(ReplicaSet.KIND.kind())
                ? status.value()
                : status.value().without("terminatingReplicas");
    }
}
