package dev.proa.delivery.analysis;

import dev.proa.delivery.sequential.RequestCounts;

/** Reads what the versions behind an entry proxy have answered. Thread-safe; must not block. */
@FunctionalInterface
public interface RequestReader {
    /**
     * What a version has answered since the proxy started; nothing, with the bounds, for one that it does not know.
     *
     * @param service the Service that is entered
     * @param version the hash of the version's pod template
     */
    RequestCounts read(String namespace, String service, String version);
}
