package dev.proa.control.replicaset;

import dev.proa.control.shared.ControlContext;

/** Keeps as many pods as each ReplicationController wants, adopts and releases them by its selector, and counts them. */
public final class ReplicationControllerController {
    public ReplicationControllerController(ControlContext context) {
        new ReplicaController<>(context, SetKind.REPLICATION_CONTROLLER);
    }
}
