package dev.proa.control.scheduler.topology;

import dev.proa.api.value.MapValue;
import dev.proa.control.scheduler.framework.AffinityTerm;
import dev.proa.control.scheduler.framework.NodeInfo;
import dev.proa.control.scheduler.framework.PodInfo;
import dev.proa.control.scheduler.framework.Snapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The terms of inter-pod affinity and anti-affinity of the pods on nodes. Equal terms, such as those of a workload's pods, are kept
 * once, with the number of pods that have them in each domain: what has to be compared with a pod is the terms, not the pods. For one
 * thread.
 */
public final class ExistingTerms {
    /** What a pod uses a term for. */
    public enum Kind {
        REQUIRED_AFFINITY,
        REQUIRED_ANTI_AFFINITY,
        PREFERRED_AFFINITY,
        PREFERRED_ANTI_AFFINITY;

        private List<AffinityTerm> of(PodInfo.Terms terms) {
            return switch (this) {
                case REQUIRED_AFFINITY -> terms.requiredAffinity();
                case REQUIRED_ANTI_AFFINITY -> terms.requiredAntiAffinity();
                case PREFERRED_AFFINITY -> terms.preferredAffinity();
                case PREFERRED_ANTI_AFFINITY -> terms.preferredAntiAffinity();
            };
        }
    }

    /** A term, and how many pods in each domain of its topology have it. */
    public record Match(AffinityTerm term, TopologyCounts counts) {}

    private final Map<Kind, Terms> byKind = new EnumMap<>(Kind.class);
    private @Nullable Object order;
    private long generation;
    /** By the position of the node: what is counted. Without the pods, which must not stay in memory after they are gone. */
    private @Nullable Counted[] counted = new Counted[0];

    private record Counted(MapValue labels, PodInfo.Terms[] terms) {}

    /** Brings the counts up to date with {@code snapshot}, which is not older than that of the call before. */
    public void update(Snapshot snapshot) {
        if (order != snapshot.order()) {
            byKind.clear();
            for (Kind kind : Kind.values()) {
                byKind.put(kind, new Terms());
            }
            counted = new Counted[snapshot.size()];
            generation = Snapshot.NEVER;
            order = snapshot.order();
        }
        if (generation != snapshot.generation()) {
            snapshot.forEachChangedSince(generation, this::count);
            generation = snapshot.generation();
        }
    }

    /** The terms of a kind, of at least one pod in some domain, that mean {@code pod} in a namespace with these labels. */
    public List<Match> matching(Kind kind, PodInfo pod, MapValue namespaceLabels) {
        Terms terms = byKind.get(kind);
        return terms == null ? List.of() : terms.matching(pod, namespaceLabels);
    }

    private void count(int position, NodeInfo node) {
        Counted before = counted[position];
        List<PodInfo> pods = node.podsWithAffinity();
        if (before == null && pods.isEmpty()) {
            return;
        }
        MapValue labels = node.labels();
        int same = before != null && before.labels.equals(labels) ? commonStart(before.terms, pods) : 0;
        if (before != null) {
            if (same == before.terms.length && same == pods.size()) {
                return;
            }
            for (int i = same; i < before.terms.length; i++) {
                change(before.terms[i], before.labels, -1);
            }
        }
        for (PodInfo pod : pods.subList(same, pods.size())) {
            change(pod.affinity(), labels, 1);
        }
        PodInfo.Terms[] terms = pods.stream().map(PodInfo::affinity).toArray(PodInfo.Terms[]::new);
        counted[position] = terms.length == 0 ? null : new Counted(labels, terms);
    }

    private static int commonStart(PodInfo.Terms[] terms, List<PodInfo> pods) {
        int same = 0;
        while (same < terms.length
                && same < pods.size()
                && terms[same] == pods.get(same).affinity()) {
            same++;
        }
        return same;
    }

    private void change(PodInfo.Terms terms, MapValue labels, int pods) {
        byKind.forEach((kind, counts) -> {
            for (AffinityTerm term : kind.of(terms)) {
                counts.change(term, labels, pods);
            }
        });
    }

    /** All terms of a kind, by the namespaces that they mean. */
    private static final class Terms {
        private final Map<String, Map<AffinityTerm, Term>> byNamespace = new HashMap<>();
        /** Those that select namespaces by label. */
        private final Map<AffinityTerm, Term> selecting = new LinkedHashMap<>();

        void change(AffinityTerm term, MapValue labels, int pods) {
            Term counts = find(term);
            if (counts == null) {
                counts = new Term(term);
                put(term, counts);
            }
            counts.pods += pods;
            if (counts.pods == 0) {
                remove(term);
            } else if (labels.get(term.topologyKey()) instanceof String value) {
                if (pods > 0) {
                    counts.domains.add(value, 1);
                } else {
                    counts.domains.remove(value, 1);
                }
            }
        }

        private @Nullable Term find(AffinityTerm term) {
            if (!term.namespaceSelector().nothing()) {
                return selecting.get(term);
            }
            Map<AffinityTerm, Term> terms =
                    byNamespace.get(term.namespaces().iterator().next());
            return terms == null ? null : terms.get(term);
        }

        private void put(AffinityTerm term, Term counts) {
            if (!term.namespaceSelector().nothing()) {
                selecting.put(term, counts);
                return;
            }
            for (String namespace : term.namespaces()) {
                byNamespace
                        .computeIfAbsent(namespace, absent -> new LinkedHashMap<>())
                        .put(term, counts);
            }
        }

        private void remove(AffinityTerm term) {
            selecting.remove(term);
            for (String namespace : term.namespaces()) {
                byNamespace.computeIfPresent(namespace, (name, terms) -> {
                    terms.remove(term);
                    return terms.isEmpty() ? null : terms;
                });
            }
        }

        List<Match> matching(PodInfo pod, MapValue namespaceLabels) {
            Map<AffinityTerm, Term> named =
                    byNamespace.isEmpty() ? null : byNamespace.get(pod.pod().namespace());
            if (named == null && selecting.isEmpty()) {
                return List.of();
            }
            List<Match> matches = new ArrayList<>();
            addMatching(named == null ? List.of() : named.values(), pod, namespaceLabels, matches);
            addMatching(selecting.values(), pod, namespaceLabels, matches);
            return matches;
        }

        private static void addMatching(
                Collection<Term> terms, PodInfo pod, MapValue namespaceLabels, List<Match> matches) {
            for (Term term : terms) {
                if (term.term.matches(pod, namespaceLabels)) {
                    TopologyCounts counts = term.domains.publish();
                    if (counts.total() > 0) {
                        matches.add(new Match(term.term, counts));
                    }
                }
            }
        }
    }

    private static final class Term {
        private final AffinityTerm term;
        private final TopologyCounts.Mutable domains = new TopologyCounts.Mutable();
        private int pods;

        Term(AffinityTerm term) {
            this.term = term;
        }
    }
}
