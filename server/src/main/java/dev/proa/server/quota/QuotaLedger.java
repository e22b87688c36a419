package dev.proa.server.quota;

import dev.proa.api.status.Resource;
import dev.proa.api.status.StatusException;
import dev.proa.server.store.Change;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Charges requests to the quotas of their namespace. Requests of a namespace that come at the same time are charged together, in their
 * order and with one commit: one of them does it for all. A commit writes all quotas or none, and only if no quota was changed meanwhile, by
 * another API server or the quota controller; else all is reckoned anew. Safe for any thread.
 */
final class QuotaLedger {
    /** Namespaces share lanes, so that there are not ever more of them. */
    private static final int LANES = 64;

    private static final int ATTEMPTS = 16;

    private final Store store;
    private final List<Lane> lanes =
            IntStream.range(0, LANES).mapToObj(i -> new Lane()).toList();

    QuotaLedger(Store store) {
        this.store = store;
    }

    /** Requests that wait, and the lock that whoever serves them holds. */
    private static final class Lane {
        final ReentrantLock serving = new ReentrantLock();
        private final Queue<Waiting> queue = new ArrayDeque<>();

        synchronized void add(Waiting one) {
            queue.add(one);
        }

        synchronized List<Waiting> drain() {
            List<Waiting> all = List.copyOf(queue);
            queue.clear();
            return all;
        }
    }

    private static final class Waiting {
        final String namespace;
        final QuotaCheck check;
        final boolean dryRun;
        /** Guarded by the lane's lock. */
        boolean done;

        @Nullable
        RuntimeException refusal;

        Waiting(String namespace, QuotaCheck check, boolean dryRun) {
            this.namespace = namespace;
            this.check = check;
            this.dryRun = dryRun;
        }
    }

    /** Whether a namespace has a quota. */
    boolean hasQuotas(String namespace) {
        return store.snapshot().count("resourcequotas", namespace) > 0;
    }

    /**
     * Charges a request; returns when that is durable.
     *
     * @param dryRun whether it is only checked
     * @throws StatusException when a quota is not enough, or when quotas are changed by others all the time
     */
    void charge(String namespace, QuotaCheck check, boolean dryRun) {
        Waiting own = new Waiting(namespace, check, dryRun);
        Lane lane = lanes.get(Math.floorMod(namespace.hashCode(), LANES));
        lane.add(own);
        lane.serving.lock();
        try {
            if (!own.done) {
                Map<String, List<Waiting>> byNamespace = new LinkedHashMap<>();
                lane.drain()
                        .forEach(each -> byNamespace
                                .computeIfAbsent(each.namespace, first -> new ArrayList<>())
                                .add(each));
                byNamespace.forEach(this::serve);
            }
        } finally {
            lane.serving.unlock();
        }
        if (own.refusal != null) {
            throw own.refusal;
        }
        if (!own.done) { // whoever took it from the queue has died
            throw new IllegalStateException("a request was not held against its quotas");
        }
    }

    private void serve(String namespace, List<Waiting> requests) {
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    settle(namespace, requests);
                    return;
                } catch (Store.RevisionConflictException e) {
                    if (attempt == ATTEMPTS) {
                        throw StatusException.modified(
                                new Resource("", "resourcequotas"),
                                e.current() == null
                                        ? ""
                                        : Objects.requireNonNull(e.current())
                                                .key()
                                                .name());
                    }
                }
            }
        } catch (RuntimeException e) {
            requests.forEach(each -> each.refusal = each.refusal == null ? e : each.refusal);
        } finally {
            requests.forEach(each -> each.done = true);
        }
    }

    private void settle(String namespace, List<Waiting> requests) {
        List<Quota> quotas = new ArrayList<>();
        for (StoredObject stored : store.snapshot().list("resourcequotas", namespace, null)) {
            quotas.add(Quota.of(stored));
        }
        for (Waiting each : requests) {
            each.refusal = null;
            try {
                List<Quota> charged = each.check.charge(quotas);
                quotas = each.dryRun ? quotas : charged;
            } catch (RuntimeException e) {
                each.refusal = e;
            }
        }
        List<Change> changes =
                quotas.stream().filter(Quota::isChanged).map(Quota::update).toList();
        if (!changes.isEmpty()) {
            store.commit(changes);
        }
    }
}
