package dev.proa.delivery.rollout;

import dev.proa.delivery.argo.BlueGreenStrategy;
import dev.proa.delivery.argo.ObjectRef;
import dev.proa.delivery.argo.TrafficWeights;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Gives versions the pods that they are to have. */
final class Scaling {
    private static final Comparator<Version> NEWEST_FIRST = Comparator.comparingLong(Version::revision)
            .thenComparing(Version.BY_AGE)
            .reversed();

    private final Draft draft;
    private final Situation s;

    Scaling(Draft draft) {
        this.draft = draft;
        this.s = draft.situation;
    }

    /** Scales the versions of a canary update; tells whether any changes its size. One at a time, since each decision counts pods. */
    boolean canary() {
        if (s.isHalted()) {
            return false;
        }
        dropDeadlines();
        // The weights that the status has: the stable version shrinks only after traffic has moved.
        TrafficWeights weights = s.status().canary().weights();
        CanaryCounts counts = CanaryCounts.of(s, weights);
        Optional<Version> stable = s.otherStable();
        if (stable.isPresent() && scale(stable.get(), counts.stable())) {
            return true;
        }
        TrafficWeights next = draft.status().canary().weights();
        return current(CanaryCounts.of(s, next).current()) || canaryOthers();
    }

    /** Scales the versions of a blue-green update. */
    void blueGreen() {
        dropDeadlines();
        s.otherStable().ifPresent(stable -> scale(stable, s.replicas()));
        current(previewCount());
        blueGreenOthers();
    }

    private int previewCount() {
        BlueGreenStrategy strategy = Objects.requireNonNull(s.blueGreen());
        Integer preview = strategy.previewReplicaCount();
        Optional<Version> active = s.withHash(s.status().blueGreen().activeSelector());
        if (preview == null
                || active.isEmpty()
                || active.get().name().equals(s.current().name())
                || s.status().promoteFull()) {
            return s.replicas();
        }
        boolean passed = s.status().currentPodHash().equals(s.current().hash())
                && !s.isPaused()
                && s.status().blueGreen().scaleUpPreviewCheckPoint();
        return passed ? s.replicas() : preview;
    }

    private boolean current(int wanted) {
        int to = wanted;
        Version current = s.current();
        if (Delays.delaysAbort(draft)) {
            Optional<Instant> deadline = current.deadline();
            if (deadline.filter(at -> !s.now().isBefore(at)).isEmpty()) {
                scale(current, current.wanted()); // which notes a new number of wanted pods
            }
            if (deadline.isEmpty()) {
                if (Objects.requireNonNull(s.stable()).available() >= s.replicas()) {
                    Instant until = s.now().plus(Delays.afterAbort(s));
                    draft.add(new Action.SetDeadline(current, until));
                    draft.again(until);
                }
                return false;
            }
            if (s.now().isBefore(deadline.get())) {
                draft.again(deadline.get());
                return false;
            }
            to = 0;
        }
        boolean scaled = scale(current, to);
        workload(to);
        return scaled;
    }

    /** A workload that is to give up its pods progressively does so as the Rollout's become ready. */
    private void workload(int to) {
        ObjectRef workload = s.spec().workloadRef();
        if (workload == null
                || !workload.scaleDown().equals("progressively")
                || s.current().revision() > 1) {
            return;
        }
        if (s.status().phase().equals("Healthy")) {
            draft.add(new Action.ScaleWorkload(0));
        } else if (s.status().readyReplicas() > 0 || s.current().wanted() > to) {
            draft.add(new Action.ScaleWorkload(
                    Math.max(0, s.replicas() - s.status().readyReplicas())));
        }
    }

    private boolean canaryOthers() {
        List<Version> others = active();
        boolean scaled = false;
        int available = s.all().stream().mapToInt(Version::available).sum();
        // Pods that are not available serve nobody; they would only keep the update from going on.
        Set<String> cleaned = new HashSet<>();
        for (Version other : others) {
            boolean kept = other.deadline().isPresent() || s.hasRouting() && isReferenced(other);
            if (other.available() < other.wanted() && !kept) {
                scaled |= scale(other, other.available());
                cleaned.add(other.name());
            }
        }
        int most = available - (s.replicas() - CanaryCounts.maxUnavailable(s));
        int waiting = 0;
        for (Version other : others) {
            if (most <= 0) {
                break;
            }
            if (cleaned.contains(other.name()) || s.hasRouting() && isReferenced(other)) {
                continue;
            }
            int to = 0;
            if (!s.hasRouting()) {
                to = Math.max(0, other.wanted() - most);
            } else if (!s.isDynamic() && (s.isPromoted() || other.deadline().isPresent())) {
                to = delayed(other, waiting++);
            }
            scaled |= scale(other, to);
            most -= other.wanted() - to;
        }
        return scaled;
    }

    private void blueGreenOthers() {
        BlueGreenStrategy strategy = Objects.requireNonNull(s.blueGreen());
        boolean analysing = strategy.postPromotionAnalysis() != null
                && !strategy.has("scaleDownDelaySeconds")
                && new Analyses(draft).isPostPromotionOpen();
        if (s.pause(Pauses.INCONCLUSIVE_ANALYSIS).isPresent() || analysing) {
            return;
        }
        int waiting = 0;
        for (Version other : active()) {
            if (!isReferenced(other)) {
                scale(other, delayed(other, waiting++));
            }
        }
    }

    private List<Version> active() {
        return s.others().stream()
                .filter(version -> version.wanted() > 0)
                .sorted(NEWEST_FIRST)
                .toList();
    }

    /** The pods of a version that got out of use: all until its deadline, which it gets now if it has none. */
    private int delayed(Version version, int waitingBefore) {
        if (waitingBefore >= Delays.mostWaiting(s)) {
            return 0;
        }
        Optional<Instant> deadline = version.deadline();
        if (deadline.isEmpty()) {
            Duration delay = Delays.afterUpdate(s);
            if (delay.isZero()) {
                return 0;
            }
            draft.add(new Action.SetDeadline(version, s.now().plus(delay)));
            draft.again(s.now().plus(delay));
            return version.wanted();
        }
        if (s.now().isBefore(deadline.get())) {
            draft.again(deadline.get());
            return version.wanted();
        }
        return 0;
    }

    /** A version that is in use again has no deadline. */
    private void dropDeadlines() {
        if (!Delays.delaysAbort(draft)) {
            dropDeadline(s.current());
        }
        s.otherStable().ifPresent(this::dropDeadline);
    }

    private void dropDeadline(Version version) {
        if (version.deadline().isPresent()) {
            draft.add(new Action.SetDeadline(version, null));
        }
    }

    private boolean scale(Version version, int to) {
        boolean resized = version.wanted() != to;
        if (resized || version.desired() != s.replicas()) {
            draft.add(new Action.Scale(version, to, to == 0 && !Delays.delaysAbort(draft)));
        }
        return resized;
    }

    /** Whether anything may still send requests to a version: the status, or a service. */
    private boolean isReferenced(Version version) {
        String hash = version.hash();
        var status = s.status();
        TrafficWeights weights = status.canary().weights();
        boolean weighted = weights != null
                && (hash.equals(weights.canary().podTemplateHash())
                        || hash.equals(weights.stable().podTemplateHash()));
        return hash.equals(status.stableRS())
                || hash.equals(status.currentPodHash())
                || hash.equals(status.blueGreen().activeSelector())
                || hash.equals(status.blueGreen().previewSelector())
                || weighted
                || s.services().keySet().stream().anyMatch(service -> hash.equals(s.selected(service)));
    }
}
