package dev.proa.control.shared;

import dev.proa.api.core.v1.Node;
import dev.proa.api.value.MapValue;

/** Reads Node objects. */
public final class Nodes {
    private Nodes() {}

    public static boolean isReady(Node node) {
        MapValue ready = Pods.condition(node, "Ready");
        return ready != null && ready.string("status").equals("True");
    }
}
