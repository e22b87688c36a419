package dev.proa.server.flowcontrol;

/** Tells how many objects there are of a resource. Quick, for any thread. */
@FunctionalInterface
public interface ObjectCounts {

    /** @param namespace empty for all */
    int count(String group, String resource, String namespace);
}
