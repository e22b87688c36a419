package dev.proa.control.deployment;

import dev.proa.api.apps.v1.ReplicaSet;

/**
 * The decision to give a replica set another size.
 *
 * @param always whether its annotations are brought up to date even when its size stays
 */
record Scale(ReplicaSet set, int to, boolean always) {
    static Scale to(ReplicaSet set, int replicas) {
        return new Scale(set, replicas, false);
    }
}
