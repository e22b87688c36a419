package dev.proa.control.history;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.meta.v1.OwnerReference;
import dev.proa.api.selector.LabelSelector;
import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Kind;
import dev.proa.api.view.KubeObject;
import dev.proa.client.ResourceClient;
import dev.proa.client.Retry;
import dev.proa.client.informer.Index;
import dev.proa.client.informer.Informer;
import dev.proa.control.shared.ControlContext;
import dev.proa.control.shared.Owners;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** The ControllerRevisions of the API server, as a controller reads and changes them. Thread-safe. */
public final class RevisionHistory {
    private final ControlContext context;
    private final ResourceClient<ControllerRevision> client;
    private final Informer<ControllerRevision> informer;
    private final Index<ControllerRevision> byController;

    /** @param context of the controller, as which the changes are made */
    public RevisionHistory(ControlContext context) {
        this.context = context;
        this.client = context.client().resource(ControllerRevision.KIND);
        this.informer = context.informers().informer(ControllerRevision.KIND);
        this.byController = informer.indexBy(revision -> List.of(controllerKey(revision)));
    }

    /** All revisions; a controller starts after it has synced. */
    public Informer<ControllerRevision> informer() {
        return informer;
    }

    private static String controllerKey(ControllerRevision revision) {
        OwnerReference controller = Owners.controllerOf(revision);
        return controller == null ? orphansOf(revision.namespace()) : controller.uid();
    }

    private static String orphansOf(String namespace) {
        return "orphans of " + namespace;
    }

    /**
     * The revisions of {@code owner} that its selector matches, the oldest first, after it has adopted those without controller. Those it matches no
     * longer stay its own, but count for nothing.
     *
     * @param mayAdopt asked once, before the first adoption
     */
    public List<ControllerRevision> matching(
            KubeObject owner, Kind<?> kind, LabelSelector selector, Supplier<Boolean> mayAdopt) {
        List<ControllerRevision> matching =
                candidates(owner).filter(selector::matches).toList();
        return Owners.claim(client, matching, owner, kind, selector, mayAdopt).stream()
                .sorted(Revisions.ORDER)
                .toList();
    }

    /**
     * The revisions of {@code owner}, the oldest first, after it has adopted those without controller that its selector matches and released those it
     * matches no longer.
     *
     * @param mayAdopt asked once, before the first adoption
     */
    public List<ControllerRevision> claim(
            KubeObject owner, Kind<?> kind, LabelSelector selector, Supplier<Boolean> mayAdopt) {
        return Owners.claim(client, candidates(owner).toList(), owner, kind, selector, mayAdopt).stream()
                .sorted(Revisions.ORDER)
                .toList();
    }

    private Stream<ControllerRevision> candidates(KubeObject owner) {
        return Stream.concat(
                byController.get(owner.uid()).stream(), byController.get(orphansOf(owner.namespace())).stream());
    }

    /**
     * A revision that was created, or that was there already with the same data.
     *
     * @param collisions how often other data had its name, for the status of the owner
     */
    public record Created(ControllerRevision revision, int collisions) {}

    /**
     * Creates a revision. While another one has its name, {@code candidate} is asked for one with one collision more.
     *
     * @param collisions those known so far
     */
    public Created create(IntFunction<ControllerRevision> candidate, int collisions) {
        for (int count = collisions; ; count++) {
            ControllerRevision revision = candidate.apply(count);
            try {
                return new Created(client.create(revision), count);
            } catch (StatusException e) {
                if (!e.is(Reason.AlreadyExists)) {
                    throw e;
                }
            }
            ControllerRevision existing = client.in(revision.namespace()).get(revision.name());
            if (revision.data() instanceof MapValue data && Revisions.isOf(existing, data)) {
                return new Created(existing, count);
            }
        }
    }

    /** Makes {@code revision} the latest by giving it {@code number}, unless it has that already. */
    public ControllerRevision renumber(ControllerRevision revision, long number) throws InterruptedException {
        if (revision.revision() == number) {
            return revision;
        }
        try {
            return client.update(revision.withRevision(number));
        } catch (StatusException e) {
            if (e.code() != 409) {
                throw e;
            }
        }
        return Retry.onConflict(context.clock(), () -> {
            ControllerRevision fresh = client.in(revision.namespace()).get(revision.name());
            return fresh.revision() >= number ? fresh : client.update(fresh.withRevision(number));
        });
    }

    /** Replaces {@code revision}, as for another label. */
    public ControllerRevision update(ControllerRevision revision) {
        return client.update(revision);
    }

    /** Deletes {@code revision}; one that is gone already is no failure. */
    public void delete(ControllerRevision revision) {
        try {
            client.in(revision.namespace()).delete(revision.name());
        } catch (StatusException e) {
            if (e.code() != 404) {
                throw e;
            }
        }
    }
}
