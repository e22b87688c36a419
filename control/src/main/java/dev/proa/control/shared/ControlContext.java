package dev.proa.control.shared;

import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.InformerFactory;
import java.util.random.RandomGenerator;

/**
 * What a controller is given.
 *
 * @param informers shared by all controllers; started after all of them were made
 * @param pods the pods of the cluster, by what controllers look for
 */
public record ControlContext(
        Client client, InformerFactory informers, PodIndex pods, Clock clock, RandomGenerator random) {
    public static ControlContext of(Client client, InformerFactory informers, Clock clock, RandomGenerator random) {
        return new ControlContext(client, informers, PodIndex.of(informers), clock, random);
    }
}
