package dev.proa.delivery;

import org.jspecify.annotations.Nullable;

/**
 * The cluster that is deployed to.
 *
 * @param host the address of node ports as seen from here; empty when they cannot be reached, and then no URL is asked
 * @param push brings built images to its nodes
 * @param foreign whether it is not Proa's own, so that controllers act on all kinds
 * @param pullSecret the Secret by which its nodes pull the images; null for none
 */
public record Target(
        String host,
        ImagePush push,
        boolean foreign,
        @Nullable PullSecret pullSecret) {
    /** A cluster of Proa on this machine, whose nodes use the store that images are built into. */
    public static Target local(String host) {
        return new Target(host, ImagePush.none(), false, null);
    }
}
