package dev.proa.node.agent;

import dev.proa.api.core.v1.Node;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import dev.proa.client.Transport.TransportException;
import dev.proa.client.clock.Clock;
import dev.proa.node.network.Cidr;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for answers of the API that a node cannot start without, such as its range of pod addresses. */
final class AwaitApi {
    private static final Logger LOG = LoggerFactory.getLogger(AwaitApi.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private AwaitApi() {}

    /**
     * The range of a node's pods, from {@code spec.podCIDR} of its Node object, which is created if necessary. Blocks
     * until the cluster has assigned one.
     *
     * @param node the Node object to create, without a status
     */
    static Cidr podRange(Client client, MapValue node, Clock clock) throws InterruptedException {
        String name = node.map("metadata").string("name");
        return answer("a podCIDR of node " + name + ", which node IPAM assigns", clock, () -> {
            String range = ensure(client, name, node).spec().podCIDR();
            return range.isEmpty() ? null : Cidr.parse(range);
        });
    }

    private static Node ensure(Client client, String name, MapValue node) {
        Node known = client.resource(Node.KIND).find(name);
        if (known != null) {
            return known;
        }
        try {
            return client.resource(Node.KIND).create(new Node(node));
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
            return client.resource(Node.KIND).get(name);
        }
    }

    /** Calls {@code question} until it returns something. Meanwhile the API server need not be reachable. */
    static <T> T answer(String what, Clock clock, Supplier<@Nullable T> question) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        Duration waited = Duration.ZERO;
        boolean told = false;
        while (true) {
            String trouble = "";
            try {
                T answer = question.get();
                if (answer != null) {
                    return answer;
                }
            } catch (TransportException e) {
                trouble = ": " + e.getMessage();
            }
            if (!told && waited.compareTo(PATIENCE) > 0) {
                LOG.warn("Still waiting for {}{}", what, trouble);
                told = true;
            }
            clock.sleep(pause);
            waited = waited.plus(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
        }
    }
}
