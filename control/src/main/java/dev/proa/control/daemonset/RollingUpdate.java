package dev.proa.control.daemonset;

import dev.proa.api.core.v1.Pod;
import dev.proa.control.daemonset.NodeFit.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decides which pods of an older template are replaced next. Pure.
 *
 * <p>Without surge a pod is deleted, and {@link Upkeep} creates the next one when it is gone: as many available ones as {@code
 * maxUnavailable} has left, and all that are not available. With surge the next pod is created beside the old one, which goes when the next
 * is available.
 */
final class RollingUpdate {
    private final NodePods known;
    private final Set<String> nodes;

    private RollingUpdate(NodePods known) {
        this.known = known;
        this.nodes = new LinkedHashSet<>(known.pods().keySet());
        known.verdicts().forEach((node, verdict) -> {
            if (verdict == Verdict.RUN) {
                nodes.add(node);
            }
        });
    }

    /** @throws IllegalArgumentException when the strategy has a percentage that is none */
    static Actions of(NodePods known) {
        int desired = known.desired();
        Strategy strategy = Strategy.of(known.set(), desired);
        RollingUpdate update = new RollingUpdate(known);
        return strategy.maxSurge() == 0 ? update.replace(strategy.maxUnavailable()) : update.surge(strategy, desired);
    }

    /**
     * The pods of a node that are not being deleted.
     *
     * @param excess whether there are several of one template, which are for {@link Upkeep} to prune
     */
    private record Pair(@Nullable Pod current, @Nullable Pod old, boolean excess) {}

    private Pair pair(String node) {
        Pod current = null;
        Pod old = null;
        for (Pod pod : known.on(node)) {
            if (pod.isDeleting()) {
                continue;
            }
            if (known.isCurrent(pod)) {
                if (current != null) {
                    return new Pair(null, null, true);
                }
                current = pod;
            } else {
                if (old != null) {
                    return new Pair(null, null, true);
                }
                old = pod;
            }
        }
        return new Pair(current, old, false);
    }

    private Actions replace(int maxUnavailable) {
        int unavailable = 0;
        List<Pod> delete = new ArrayList<>();
        List<Pod> candidates = new ArrayList<>();
        for (String node : nodes) {
            Pair pair = pair(node);
            Pod current = pair.current();
            Pod old = pair.old();
            if (pair.excess() || (current == null) == (old == null)) {
                unavailable++; // Upkeep will create or delete there
            } else if (current != null) {
                unavailable += known.isAvailable(current) ? 0 : 1;
            } else if (old != null && known.isAvailable(old)) {
                candidates.add(old);
            } else if (old != null) {
                delete.add(old);
                unavailable++;
            }
        }
        int more = Math.clamp(maxUnavailable - unavailable, 0, candidates.size());
        delete.addAll(candidates.subList(0, more));
        return new Actions(List.of(), delete, List.of());
    }

    private Actions surge(Strategy strategy, int desired) {
        Surge surge = new Surge();
        nodes.forEach(node -> surge.look(node, pair(node)));
        List<Pod> delete = new ArrayList<>(surge.delete);
        // Where no pod is to be any more, one goes only when enough others are available.
        int spare = Math.clamp(surge.available - desired, 0, surge.misplaced.size());
        delete.addAll(surge.misplaced.subList(0, spare));
        List<String> create = new ArrayList<>(surge.create);
        int more = Math.clamp(strategy.maxSurge() - surge.surging, 0, surge.candidates.size());
        create.addAll(surge.candidates.subList(0, more));
        return new Actions(create, delete, List.of());
    }

    /** What there is to do on nodes that may have a second pod. */
    private final class Surge {
        int surging;
        int available;
        final List<Pod> delete = new ArrayList<>();
        final List<Pod> misplaced = new ArrayList<>();
        final List<String> create = new ArrayList<>();
        final List<String> candidates = new ArrayList<>();

        void look(String node, Pair pair) {
            if (pair.excess()) {
                surging++;
                return;
            }
            Pod old = pair.old();
            Pod current = pair.current();
            Pod first = old == null ? current : old;
            boolean firstAvailable = first != null && known.isAvailable(first);
            available += firstAvailable ? 1 : 0;
            if (old == null) {
                return;
            }
            if (current != null) {
                if (known.isAvailable(current)) {
                    delete.add(old);
                } else {
                    surging++;
                }
                return;
            }
            boolean runs = known.verdict(node) == Verdict.RUN;
            if (firstAvailable) {
                if (runs) {
                    candidates.add(node);
                } else {
                    misplaced.add(old);
                }
            } else if (runs) {
                create.add(node);
            } else {
                delete.add(old);
            }
        }
    }
}
