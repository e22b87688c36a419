package dev.proa.node.agent;

import java.net.URI;

/** Where a node in a process of its own learns which registry it asks before those that the names of images say. */
public sealed interface RegistrySource {
    /** The cluster tells by {@link AdvertisedRegistry}; what it tells is asked for anew at each pull, since ports change. */
    record Advertised() implements RegistrySource {}

    /**
     * This one. It gets the node's certificate, and has to have one of the cluster's authority.
     *
     * @param url of its root
     */
    record At(URI url) implements RegistrySource {}

    /** There is none. */
    record None() implements RegistrySource {}
}
