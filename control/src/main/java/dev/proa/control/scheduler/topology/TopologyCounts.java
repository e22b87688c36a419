package dev.proa.control.scheduler.topology;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many pods are in each domain of a topology, a domain being the nodes with the same value of a label. Immutable. Newer counts
 * share with older ones all but the domains that changed: domains are kept in blocks, as the nodes of a snapshot are.
 */
public final class TopologyCounts {
    private static final int BLOCK = 64;

    public static final TopologyCounts EMPTY = new TopologyCounts(Map.of(), new Block[0], 0, 0);

    /** The number of each domain by its value; values may be added, but those that are there never change. */
    private final Map<String, Integer> numbers;

    private final Block[] blocks;
    private final int domains;
    private final long total;
    private final int least;

    private TopologyCounts(Map<String, Integer> numbers, Block[] blocks, int domains, long total) {
        this.numbers = numbers;
        this.blocks = blocks;
        this.domains = domains;
        this.total = total;
        this.least = least(blocks);
    }

    /** The pods in the domain of a value; 0 when there is no such domain. */
    public int pods(String value) {
        Integer number = numbers.get(value);
        return number == null || number / BLOCK >= blocks.length ? 0 : blocks[number / BLOCK].pods[number % BLOCK];
    }

    /** The pods in all domains. */
    public long total() {
        return total;
    }

    /** How many domains have a node that counts. */
    public int domains() {
        return domains;
    }

    /** The pods in the domain that has the fewest; {@link Integer#MAX_VALUE} when there is no domain. */
    public int least() {
        return least;
    }

    /** Like {@link #least()}, after the pods in some domains have changed by so many. */
    int least(Map<String, Integer> changes) {
        Block[] now = blocks.clone();
        changes.forEach((value, change) -> {
            Integer number = numbers.get(value);
            if (number != null && number / BLOCK < now.length) {
                Block block = now[number / BLOCK].copy();
                block.pods[number % BLOCK] += change;
                now[number / BLOCK] = block.measured();
            }
        });
        return least(now);
    }

    private static int least(Block[] blocks) {
        int least = Integer.MAX_VALUE;
        for (Block block : blocks) {
            least = Math.min(least, block.least);
        }
        return least;
    }

    /** Finds out how many domains some values stand for, without remembering the values. */
    public final class DomainSet {
        private final BitSet seen = new BitSet();
        private final Set<String> unknown = new HashSet<>(0);
        private int size;

        public void add(String value) {
            Integer number = numbers.get(value);
            if (number == null ? unknown.add(value) : !seen.get(number)) {
                size++;
                if (number != null) {
                    seen.set(number);
                }
            }
        }

        public int size() {
            return size;
        }
    }

    private static final class Block {
        private final int[] nodes;
        private final int[] pods;
        private int least = Integer.MAX_VALUE;
        /** Whether published counts have it, so that it must not change. */
        private boolean shared;

        Block(int[] nodes, int[] pods) {
            this.nodes = nodes;
            this.pods = pods;
        }

        Block copy() {
            return new Block(nodes.clone(), pods.clone());
        }

        Block measured() {
            least = Integer.MAX_VALUE;
            for (int i = 0; i < BLOCK; i++) {
                if (nodes[i] > 0) {
                    least = Math.min(least, pods[i]);
                }
            }
            return this;
        }
    }

    /** Counts that change. For one thread. */
    static final class Mutable {
        private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
        private Block[] blocks = new Block[0];
        private int domains;
        private long total;
        private TopologyCounts published = EMPTY;
        private boolean changed;

        /** A node in the domain of {@code value} counts from now on, with so many pods. */
        void add(String value, int pods) {
            change(value, 1, pods);
        }

        /** Undoes {@link #add}. */
        void remove(String value, int pods) {
            change(value, -1, -pods);
        }

        private void change(String value, int nodes, int pods) {
            int number = numbers.computeIfAbsent(value, absent -> numbers.size());
            Block block = writable(number / BLOCK);
            int at = number % BLOCK;
            int before = block.nodes[at];
            block.nodes[at] += nodes;
            block.pods[at] += pods;
            total += pods;
            domains += (block.nodes[at] > 0 ? 1 : 0) - (before > 0 ? 1 : 0);
            changed = true;
        }

        private Block writable(int index) {
            if (index >= blocks.length) {
                int old = blocks.length;
                blocks = Arrays.copyOf(blocks, index + 1);
                for (int i = old; i <= index; i++) {
                    blocks[i] = new Block(new int[BLOCK], new int[BLOCK]);
                }
            }
            if (blocks[index].shared) {
                blocks[index] = blocks[index].copy();
            }
            return blocks[index];
        }

        /** The counts as they are now. */
        TopologyCounts publish() {
            if (changed) {
                for (Block block : blocks) {
                    if (!block.shared) {
                        block.measured().shared = true;
                    }
                }
                published = new TopologyCounts(numbers, blocks.clone(), domains, total);
                changed = false;
            }
            return published;
        }
    }
}
