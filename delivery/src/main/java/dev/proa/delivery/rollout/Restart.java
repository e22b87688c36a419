package dev.proa.delivery.rollout;

import dev.proa.api.core.v1.Pod;
import dev.proa.api.core.v1.PodCondition;
import dev.proa.delivery.argo.Argo;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/** Replaces pods that are older than {@code restartAt}, a few at a time. */
final class Restart {
    /** A pod may come back so quickly that nothing is seen to change. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private Restart() {}

    /** Whether there are pods to replace now. */
    static boolean isDue(Situation s) {
        Instant at = s.spec().restartAt();
        return at != null && !at.equals(s.status().restartedAt()) && s.now().isAfter(at);
    }

    /** Evicts what may be missing; tells whether it evicts any, so that counts of pods are not to be relied on. */
    static boolean plan(Draft draft) {
        Situation s = draft.situation;
        Instant at = s.spec().restartAt();
        if (at == null) {
            return false;
        }
        if (!isDue(s)) {
            if (s.now().isBefore(at) || s.now().equals(at)) {
                draft.again(at.plusSeconds(1));
            }
            return false;
        }
        List<Pod> old = s.pods().stream()
                .filter(pod -> Objects.requireNonNullElse(pod.metadata().creationTimestamp(), Instant.EPOCH)
                        .isBefore(at))
                .sorted(Comparator.comparingInt(pod -> part(s, pod)))
                .toList();
        if (old.isEmpty()) {
            draft.status(st -> st.withRestartedAt(at));
            return false;
        }
        int total = s.all().stream().mapToInt(Version::wanted).sum();
        int least = Math.max(s.replicas(), total) - Math.max(1, CanaryCounts.maxUnavailable(s));
        long available = s.pods().stream().filter(pod -> isAvailable(s, pod)).count();
        List<Pod> evicted = old.stream()
                .filter(pod -> !pod.isDeleting())
                .limit(Math.max(0, available - least))
                .toList();
        evicted.forEach(pod -> draft.add(new Action.Evict(pod)));
        draft.again(s.now().plus(LOOK_AGAIN));
        return !evicted.isEmpty();
    }

    /** Stable pods first, then those of the current version. */
    private static int part(Situation s, Pod pod) {
        String hash = pod.labels().getOrDefault(Argo.POD_TEMPLATE_HASH, "");
        return s.stable() != null && hash.equals(s.stable().hash())
                ? 0
                : hash.equals(s.current().hash()) ? 1 : 2;
    }

    private static boolean isAvailable(Situation s, Pod pod) {
        Instant readyBefore = s.now().minusSeconds(s.spec().minReadySeconds());
        return !pod.isDeleting()
                && pod.status().conditions().stream()
                        .filter(condition -> condition.type().equals("Ready"))
                        .filter(condition -> condition.status().equals("True"))
                        .map(PodCondition::lastTransitionTime)
                        .anyMatch(since -> since == null || !since.isAfter(readyBefore));
    }
}
