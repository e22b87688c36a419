package dev.proa.delivery.entry;

import java.util.List;

/**
 * A version of an application: the pods of one Service.
 *
 * @param service its name
 * @param name the template hash of its pods, by which its requests are counted; that of the Service when the Service selects no hash
 * @param endpoints the pods that take new requests
 */
record Version(String service, String name, List<Endpoint> endpoints) {
    /** A pod's address and port. */
    record Endpoint(String host, int port) {}

    Version {
        endpoints = List.copyOf(endpoints);
    }
}
