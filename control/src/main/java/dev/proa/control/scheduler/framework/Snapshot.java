package dev.proa.control.scheduler.framework;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The cluster at one moment: all nodes with their pods. Immutable. A newer snapshot shares with an older one all but the nodes that
 * changed: nodes are kept in blocks, so that what is copied grows with the square root of the cluster's size.
 */
public final class Snapshot {
    private static final int BLOCK = 64;

    public static final Snapshot EMPTY = of(List.of(), Map.of(), 0);

    private final NodeInfo[][] blocks;
    private final int size;
    private final Map<String, Integer> positions;
    private final int[] withAffinity;
    private final int[] withRequiredAntiAffinity;
    private final Map<String, Integer> imageNodes;
    private final long generation;

    private Snapshot(
            NodeInfo[][] blocks,
            int size,
            Map<String, Integer> positions,
            int[] withAffinity,
            int[] withRequiredAntiAffinity,
            Map<String, Integer> imageNodes,
            long generation) {
        this.blocks = blocks;
        this.size = size;
        this.positions = positions;
        this.withAffinity = withAffinity;
        this.withRequiredAntiAffinity = withRequiredAntiAffinity;
        this.imageNodes = imageNodes;
        this.generation = generation;
    }

    /**
     * A snapshot that shares nothing with others.
     *
     * @param nodes in the order in which they are tried
     * @param imageNodes how many nodes have each image
     * @param generation of the cache that it was taken from
     */
    public static Snapshot of(List<NodeInfo> nodes, Map<String, Integer> imageNodes, long generation) {
        NodeInfo[][] blocks = new NodeInfo[(nodes.size() + BLOCK - 1) / BLOCK][];
        Map<String, Integer> positions = HashMap.newHashMap(nodes.size());
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = nodes.subList(i * BLOCK, Math.min(nodes.size(), (i + 1) * BLOCK))
                    .toArray(new NodeInfo[0]);
        }
        for (int i = 0; i < nodes.size(); i++) {
            positions.put(nodes.get(i).name(), i);
        }
        return new Snapshot(
                blocks,
                nodes.size(),
                positions,
                positions(nodes, Snapshot::hasAffinity),
                positions(nodes, Snapshot::hasRequiredAntiAffinity),
                imageNodes,
                generation);
    }

    /** The same nodes, of which these have changed. */
    public Snapshot with(Collection<NodeInfo> changed, Map<String, Integer> images, long newGeneration) {
        NodeInfo[][] copy = blocks.clone();
        boolean affinity = false;
        boolean antiAffinity = false;
        for (NodeInfo node : changed) {
            int position = position(node);
            int block = position / BLOCK;
            NodeInfo before = copy[block][position % BLOCK];
            affinity |= hasAffinity(before) != hasAffinity(node);
            antiAffinity |= hasRequiredAntiAffinity(before) != hasRequiredAntiAffinity(node);
            if (copy[block] == blocks[block]) {
                copy[block] = blocks[block].clone();
            }
            copy[block][position % BLOCK] = node;
        }
        List<NodeInfo> all = new Nodes(copy, size);
        return new Snapshot(
                copy,
                size,
                positions,
                affinity ? positions(all, Snapshot::hasAffinity) : withAffinity,
                antiAffinity ? positions(all, Snapshot::hasRequiredAntiAffinity) : withRequiredAntiAffinity,
                images,
                newGeneration);
    }

    private int position(NodeInfo node) {
        Integer position = positions.get(node.name());
        if (position == null) {
            throw new IllegalArgumentException("node " + node.name() + " is not in the snapshot; take a new one");
        }
        return position;
    }

    public List<NodeInfo> nodes() {
        return new Nodes(blocks, size);
    }

    /** The node of a name; null when there is none. */
    public @Nullable NodeInfo get(String name) {
        Integer position = positions.get(name);
        return position == null ? null : at(position);
    }

    public int size() {
        return size;
    }

    /** The nodes with a pod that has any term of inter-pod affinity or anti-affinity. */
    public List<NodeInfo> nodesWithAffinity() {
        return Arrays.stream(withAffinity).mapToObj(this::at).toList();
    }

    /** The nodes with a pod that has a required term of anti-affinity. */
    public List<NodeInfo> nodesWithRequiredAntiAffinity() {
        return Arrays.stream(withRequiredAntiAffinity).mapToObj(this::at).toList();
    }

    /** How many nodes have the image, named with its tag. */
    public int imageNodes(String image) {
        return imageNodes.getOrDefault(image, 0);
    }

    /** The generation of the cache that it was taken from. */
    public long generation() {
        return generation;
    }

    private NodeInfo at(int position) {
        return blocks[position / BLOCK][position % BLOCK];
    }

    private static boolean hasAffinity(NodeInfo node) {
        return !node.podsWithAffinity().isEmpty();
    }

    private static boolean hasRequiredAntiAffinity(NodeInfo node) {
        return !node.podsWithRequiredAntiAffinity().isEmpty();
    }

    private static int[] positions(List<NodeInfo> nodes, Predicate<NodeInfo> which) {
        int[] found = new int[nodes.size()];
        int count = 0;
        for (int i = 0; i < nodes.size(); i++) {
            if (which.test(nodes.get(i))) {
                found[count++] = i;
            }
        }
        return Arrays.copyOf(found, count);
    }

    private static final class Nodes extends AbstractList<NodeInfo> implements RandomAccess {
        private final NodeInfo[][] blocks;
        private final int size;

        Nodes(NodeInfo[][] blocks, int size) {
            this.blocks = blocks;
            this.size = size;
        }

        @Override
        public NodeInfo get(int index) {
            return blocks[index / BLOCK][index % BLOCK];
        }

        @Override
        public int size() {
            return size;
        }
    }
}
