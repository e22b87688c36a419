package dev.proa.control.scheduler;

import dev.proa.control.scheduler.framework.Status;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The nodes that filters have kept a pod off. Most pods find a node, and nobody asks why they cannot run on others: until somebody
 * does, they are noted in arrays that serve one pod after the other. For one thread.
 */
final class Rejections {
    private @Nullable String[] nodes = new String[0];
    private @Nullable Status[] statuses = new Status[0];
    private int size;

    void clear() {
        size = 0;
    }

    void add(String node, Status status) {
        if (size == nodes.length) {
            int larger = Math.max(64, 2 * size);
            nodes = Arrays.copyOf(nodes, larger);
            statuses = Arrays.copyOf(statuses, larger);
        }
        nodes[size] = node;
        statuses[size++] = status;
    }

    void tell(Diagnosis diagnosis) {
        for (int i = 0; i < size; i++) {
            String node = nodes[i];
            Status status = statuses[i];
            if (node != null && status != null) {
                diagnosis.add(node, status);
            }
        }
    }
}
