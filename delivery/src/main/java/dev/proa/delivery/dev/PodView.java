package dev.proa.delivery.dev;

import dev.proa.api.apps.v1.Deployment;
import dev.proa.api.apps.v1.ReplicaSet;
import dev.proa.api.core.v1.Event;
import dev.proa.api.core.v1.Pod;
import dev.proa.api.view.KubeObject;
import dev.proa.client.Client;
import dev.proa.client.ListOptions;
import dev.proa.client.clock.Clock;
import dev.proa.client.informer.EventHandler;
import dev.proa.client.informer.Informer;
import dev.proa.client.informer.InformerFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;

/** The Deployments of a namespace with their ReplicaSets and pods, kept up to date by watches. Thread-safe. */
final class PodView implements AutoCloseable {
    private static final String REVISION = "deployment.kubernetes.io/revision";

    private final Clock clock;
    private final InformerFactory informers;
    private final Informer<Deployment> deployments;
    private final Informer<ReplicaSet> sets;
    private final Informer<Pod> pods;
    private final Set<String> followed = new CopyOnWriteArraySet<>();

    /**
     * Begins to watch, and returns once it knows what is there.
     *
     * @param changed is told each pod of a followed Deployment that changed, on the watch's thread
     * @param warned is told each Warning event that comes from now on
     */
    PodView(Client client, String namespace, Clock clock, Consumer<Pod> changed, Consumer<Event> warned)
            throws InterruptedException {
        this.clock = clock;
        this.informers = new InformerFactory(client, clock, new Random());
        this.deployments = informers.informer(Deployment.KIND, namespace, ListOptions.ALL);
        this.sets = informers.informer(ReplicaSet.KIND, namespace, ListOptions.ALL);
        this.pods = informers.informer(Pod.KIND, namespace, ListOptions.ALL);
        Informer<Event> events = informers.informer(Event.KIND, namespace, ListOptions.ALL);
        deployments.addHandler(new Waking<>(any -> {}));
        sets.addHandler(new Waking<>(any -> {}));
        pods.addHandler(new Waking<>(pod -> {
            if (isFollowed(pod)) {
                changed.accept(pod);
            }
        }));
        informers.start();
        informers.awaitSync();
        Instant now = clock.instant();
        events.addHandler(new Waking<>(event -> {
            if (event.type().equals("Warning") && isNew(event, now)) {
                warned.accept(event);
            }
        }));
    }

    private static boolean isNew(Event event, Instant than) {
        String last = event.value().string("lastTimestamp");
        return last.isEmpty() || Instant.parse(last).isAfter(than.minusSeconds(1));
    }

    /** Wakes those who wait for a change. */
    private final class Waking<T extends KubeObject> implements EventHandler<T> {
        private final Consumer<T> then;

        Waking(Consumer<T> then) {
            this.then = then;
        }

        @Override
        public void added(T object) {
            then.accept(object);
            wake();
        }

        @Override
        public void updated(T before, T after) {
            then.accept(after);
            wake();
        }

        @Override
        public void deleted(T last) {
            wake();
        }
    }

    /** Has those who wait look again. */
    synchronized void wake() {
        notifyAll();
    }

    /** Has the pods of a Deployment followed, also those that are there. */
    void follow(String deployment, Consumer<Pod> each) {
        if (followed.add(deployment)) {
            of(deployment).forEach(each);
        }
    }

    boolean isFollowed(Pod pod) {
        return followed.stream().anyMatch(name -> belongs(pod, name));
    }

    /** Whether a pod was made of a Deployment's template, as its name tells; the ReplicaSet may not be known yet. */
    private static boolean belongs(Pod pod, String deployment) {
        return pod.metadata().ownerReferences().stream()
                .anyMatch(owner -> owner.kind().equals("ReplicaSet")
                        && owner.name().startsWith(deployment + "-")
                        && owner.name().indexOf('-', deployment.length() + 1) < 0);
    }

    /** Whether a pod is being deleted, or is gone. */
    boolean ends(String namespace, String name) {
        Pod pod = pods.get(namespace, name);
        return pod == null || pod.isDeleting();
    }

    /** The pods of a Deployment that are not being deleted. */
    List<Pod> of(String deployment) {
        return pods.list().stream()
                .filter(pod -> !pod.isDeleting() && belongs(pod, deployment))
                .toList();
    }

    /**
     * The pods of a Deployment's present template.
     *
     * @param generation that its controller must have observed; none are returned before
     */
    List<Pod> current(String deployment, long generation) {
        Deployment owner = deployments.list().stream()
                .filter(each -> each.name().equals(deployment))
                .findFirst()
                .orElse(Deployment.EMPTY);
        if (owner.uid().isEmpty() || owner.status().observedGeneration() < generation) {
            return List.of();
        }
        String revision = owner.annotations().getOrDefault(REVISION, "");
        Set<String> names = new HashSet<>();
        sets.list().stream()
                .filter(set -> set.metadata().ownerReferences().stream()
                        .anyMatch(reference -> reference.uid().equals(owner.uid())))
                .filter(set -> set.annotations().getOrDefault(REVISION, "").equals(revision))
                .forEach(set -> names.add(set.name()));
        return of(deployment).stream()
                .filter(pod -> pod.metadata().ownerReferences().stream()
                        .anyMatch(reference -> names.contains(reference.name())))
                .toList();
    }

    /** The pods that a selector finds: those of the newest templates first, ready ones before others. */
    List<Pod> selected(java.util.Map<String, String> selector) {
        Set<String> newest = new HashSet<>();
        for (String deployment : followed) {
            current(deployment, 0).forEach(pod -> newest.add(pod.uid()));
        }
        List<Pod> found = new ArrayList<>(pods.list().stream()
                .filter(pod -> pod.labels().entrySet().containsAll(selector.entrySet()))
                .filter(pod -> !pod.isDeleting() && pod.status().phase().equals("Running"))
                .toList());
        found.sort(Comparator.comparing((Pod pod) -> !(isReady(pod) && newest.contains(pod.uid())))
                .thenComparing(pod -> !isReady(pod))
                .thenComparing(Pod::name));
        return found;
    }

    static boolean isReady(Pod pod) {
        return pod.status().conditions().stream()
                .anyMatch(condition ->
                        condition.type().equals("Ready") && condition.status().equals("True"));
    }

    /** Looks after each change. */
    interface Look {
        /** Whether what is waited for is there. */
        boolean there();
    }

    /** Blocks until {@code look} finds what it looks for; false when that does not come in time. */
    boolean await(Duration atMost, Look look) throws InterruptedException {
        Instant end = clock.instant().plus(atMost);
        Clock.Timer timer = clock.schedule(atMost, this::wake);
        try {
            synchronized (this) {
                while (!look.there()) {
                    if (!clock.instant().isBefore(end)) {
                        return false;
                    }
                    wait();
                }
                return true;
            }
        } finally {
            timer.cancel();
        }
    }

    @Override
    public void close() {
        informers.close();
    }
}
