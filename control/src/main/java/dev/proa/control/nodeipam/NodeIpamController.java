package dev.proa.control.nodeipam;

import dev.proa.api.core.v1.Node;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.ListValue;
import dev.proa.client.informer.Informer;
import dev.proa.client.reconcile.EventRecorder;
import dev.proa.client.reconcile.Reconciler.Result;
import dev.proa.control.shared.ControlContext;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Assigns {@code spec.podCIDR} to nodes that have none: the lowest free /24 of the cluster's range. As the node IPAM
 * controller of Kubernetes with allocator {@code RangeAllocator}, for IPv4. A node keeps its range until it is deleted.
 */
public final class NodeIpamController {
    private static final int PREFIX = 24;
    private static final int ADDRESSES = 1 << (32 - PREFIX);

    private final ControlContext context;
    private final Informer<Node> nodes;
    private final EventRecorder events;
    private final int first;
    private final int count;
    /** What was assigned here and may not be in the informer's cache yet. Used by the one worker only. */
    private final Map<String, String> assigned = new HashMap<>();

    /** @param range of all pods, such as 10.244.0.0/16 */
    public NodeIpamController(ControlContext shared, String range) {
        ControlContext context = shared.as("node-controller");
        this.context = context;
        this.nodes = context.informers().informer(Node.KIND);
        this.events = context.events("cidrAllocator");
        int slash = range.indexOf('/');
        int prefix = Integer.parseInt(range.substring(slash + 1));
        if (prefix > PREFIX) {
            throw new IllegalArgumentException("The range of pods has no /" + PREFIX + " for a node: " + range);
        }
        this.first = number(range.substring(0, slash));
        this.count = 1 << (PREFIX - prefix);
        context.<String>controller("node-ipam-controller", this::reconcile).watch(nodes, Node::name);
    }

    private Result reconcile(String name) {
        Node node = nodes.get("", name);
        if (node == null || !node.spec().podCIDR().isEmpty()) {
            assigned.remove(name);
            return Result.DONE;
        }
        String range = assigned.containsKey(name) ? assigned.get(name) : free();
        if (range.isEmpty()) {
            events.warning(node, "CIDRNotAvailable", "Node " + name + " status is now: CIDRNotAvailable");
            throw new IllegalStateException("No range of pod addresses is free for node " + name
                    + "; delete Node objects of nodes that are gone");
        }
        assigned.put(name, range);
        try {
            context.client()
                    .resource(Node.KIND)
                    .update(new Node(node.value()
                            .withMap(
                                    "spec",
                                    spec -> spec.with("podCIDR", range).with("podCIDRs", ListValue.of(range)))));
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
            assigned.remove(name); // deleted meanwhile
        }
        return Result.DONE;
    }

    /** The lowest free range; empty for none. */
    private String free() {
        BitSet used = new BitSet(count);
        nodes.list().forEach(node -> use(used, node.spec().podCIDR()));
        assigned.values().forEach(range -> use(used, range));
        int free = used.nextClearBit(0);
        return free >= count ? "" : text(first + free * ADDRESSES) + "/" + PREFIX;
    }

    private void use(BitSet used, String range) {
        int slash = range.indexOf('/');
        if (slash > 0 && range.indexOf(':') < 0) {
            long from = Integer.toUnsignedLong(number(range.substring(0, slash))) - Integer.toUnsignedLong(first);
            long size = 1L << (32 - Integer.parseInt(range.substring(slash + 1)));
            for (long offset = from; offset < from + size; offset += ADDRESSES) {
                long index = Math.floorDiv(offset, ADDRESSES);
                if (index >= 0 && index < count) {
                    used.set((int) index);
                }
            }
        }
    }

    private static int number(String address) {
        return ByteBuffer.wrap(Inet4Address.ofLiteral(address).getAddress()).getInt();
    }

    private static String text(int number) {
        return (number >>> 24) + "." + (number >>> 16 & 0xff) + "." + (number >>> 8 & 0xff) + "." + (number & 0xff);
    }
}
