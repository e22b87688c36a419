package dev.proa.control.scheduler.framework;

import java.util.AbstractList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The cluster at one moment: all nodes with their pods. Immutable. A newer snapshot shares with an older one all but the nodes that
 * changed: nodes are kept in blocks, so that what is copied grows with the square root of the cluster's size.
 */
public final class Snapshot {
    private static final int BLOCK = 64;

    /** Older than any generation. */
    public static final long NEVER = -1;

    public static final Snapshot EMPTY = of(List.of(), Map.of(), 0);

    private final NodeInfo[][] blocks;
    private final int size;
    private final Map<String, Integer> positions;
    /** The newest generation of the nodes in each block. */
    private final long[] newest;

    private final Map<String, Integer> imageNodes;
    private final long generation;

    private Snapshot(
            NodeInfo[][] blocks,
            int size,
            Map<String, Integer> positions,
            long[] newest,
            Map<String, Integer> imageNodes,
            long generation) {
        this.blocks = blocks;
        this.size = size;
        this.positions = positions;
        this.newest = newest;
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
        return of(nodes, positions(nodes), imageNodes, generation);
    }

    /**
     * A snapshot that shares nothing with others but their {@link #order}.
     *
     * @param positions of the nodes, by their names
     */
    public static Snapshot of(
            List<NodeInfo> nodes, Map<String, Integer> positions, Map<String, Integer> imageNodes, long generation) {
        NodeInfo[][] blocks = new NodeInfo[(nodes.size() + BLOCK - 1) / BLOCK][];
        long[] newest = new long[blocks.length];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = nodes.subList(i * BLOCK, Math.min(nodes.size(), (i + 1) * BLOCK))
                    .toArray(new NodeInfo[0]);
        }
        for (int i = 0; i < nodes.size(); i++) {
            newest[i / BLOCK] = Math.max(newest[i / BLOCK], nodes.get(i).generation());
        }
        return new Snapshot(blocks, nodes.size(), positions, newest, imageNodes, generation);
    }

    /** The positions of nodes by their names. */
    public static Map<String, Integer> positions(List<NodeInfo> nodes) {
        Map<String, Integer> positions = HashMap.newHashMap(nodes.size());
        for (int i = 0; i < nodes.size(); i++) {
            positions.put(nodes.get(i).name(), i);
        }
        return positions;
    }

    /** The same nodes, of which these have changed. */
    public Snapshot with(Collection<NodeInfo> changed, Map<String, Integer> images, long newGeneration) {
        NodeInfo[][] copy = blocks.clone();
        long[] generations = newest.clone();
        for (NodeInfo node : changed) {
            int position = position(node);
            int block = position / BLOCK;
            if (copy[block] == blocks[block]) {
                copy[block] = blocks[block].clone();
            }
            copy[block][position % BLOCK] = node;
            generations[block] = Math.max(generations[block], node.generation());
        }
        return new Snapshot(copy, size, positions, generations, images, newGeneration);
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

    /** Takes a node and its position in {@link #nodes}. */
    public interface NodeConsumer {
        void accept(int position, NodeInfo node);
    }

    /**
     * Calls {@code consumer} for each node that has changed since the snapshot of a generation, which must have the same
     * {@link #order}.
     *
     * @param since {@link #NEVER} for all nodes
     */
    public void forEachChangedSince(long since, NodeConsumer consumer) {
        for (int block = 0; block < blocks.length; block++) {
            if (newest[block] > since) {
                for (int i = 0; i < blocks[block].length; i++) {
                    NodeInfo node = blocks[block][i];
                    if (node.generation() > since) {
                        consumer.accept(block * BLOCK + i, node);
                    }
                }
            }
        }
    }

    /** The same object for snapshots that have the same nodes in the same order. */
    public Object order() {
        return positions;
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
