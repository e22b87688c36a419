package dev.proa.control.replicaset;

import dev.proa.control.shared.ControlContext;

/** Keeps as many pods as each ReplicaSet wants, adopts and releases them by its selector, and counts them. */
public final class ReplicaSetController {
    public ReplicaSetController(ControlContext context) {
        new ReplicaController<>(context, SetKind.REPLICA_SET);
    }
}
