package dev.proa.control.deployment;

import dev.proa.api.apps.v1.ReplicaSet;

/**
 * A ReplicaSet and the number of replicas it is to have.
 *
 * @param always whether its annotations are brought up to date even when its size stays
 */
record Scale(ReplicaSet set, int to, boolean always) {
    static Scale to(ReplicaSet set, int replicas) {
        return new Scale(set, replicas, false);
    }
}
