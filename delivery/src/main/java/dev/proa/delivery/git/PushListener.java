package dev.proa.delivery.git;

import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jgit.lib.ObjectId;

/** Hears of pushes. */
@FunctionalInterface
public interface PushListener {
    /**
     * A push that was accepted. Called once its refs have moved, on the thread of the push, which ends when this returns: what takes longer
     * has to go on elsewhere.
     *
     * @param say prints a line at whoever pushes
     */
    void pushed(Push push, Consumer<String> say) throws InterruptedException;

    /** @param updates the refs that moved */
    record Push(RepositoryName repository, GitUser user, List<Update> updates) {
        public Push {
            updates = List.copyOf(updates);
        }
    }

    /**
     * @param ref as {@code refs/heads/main}
     * @param before zero for a new ref
     * @param after zero for a deleted ref
     * @param forced whether commits were taken back
     */
    record Update(String ref, ObjectId before, ObjectId after, boolean forced) {}
}
