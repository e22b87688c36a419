package dev.proa.control.statefulset;

import dev.proa.api.apps.v1.ControllerRevision;
import dev.proa.api.apps.v1.StatefulSet;
import dev.proa.api.value.MapValue;
import dev.proa.control.history.Revisions;
import java.util.List;
import java.util.Optional;

/** Decides which revision the template of a StatefulSet is. Pure. */
final class SetRevisions {
    private SetRevisions() {}

    /** Where the revision of a template comes from. */
    sealed interface Update {
        /** It is the latest already. */
        record Latest(ControllerRevision revision) implements Update {}

        /** The set went back to an older one, which is to get a new number. */
        record RolledBack(ControllerRevision revision, long number) implements Update {}

        /** There is none yet. */
        record New(long number) implements Update {}
    }

    /**
     * The revision of the template that {@code set} has now.
     *
     * @param revisions of the set, the oldest first
     */
    static Update update(StatefulSet set, List<ControllerRevision> revisions) {
        MapValue data = Revisions.data(set.spec().template());
        for (int i = revisions.size() - 1; i >= 0; i--) {
            ControllerRevision revision = revisions.get(i);
            if (Revisions.isOf(revision, data)) {
                return i == revisions.size() - 1
                        ? new Update.Latest(revision)
                        : new Update.RolledBack(revision, Revisions.next(revisions));
            }
        }
        return !revisions.isEmpty() && Revisions.isLike(revisions.getLast(), data)
                ? new Update.Latest(revisions.getLast())
                : new Update.New(Revisions.next(revisions));
    }

    /** The revision that the pods of {@code set} had before the update under way; empty when there is no such. */
    static Optional<ControllerRevision> current(StatefulSet set, List<ControllerRevision> revisions) {
        String name = set.status().currentRevision();
        return revisions.stream()
                .filter(revision -> revision.name().equals(name))
                .findFirst();
    }
}
