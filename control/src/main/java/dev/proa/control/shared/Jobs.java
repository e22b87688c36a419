package dev.proa.control.shared;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Reads the state of Jobs. */
public final class Jobs {
    private Jobs() {}

    /** The condition {@code Complete} or {@code Failed} by which it ended; null while it goes on. */
    public static @Nullable MapValue finishedCondition(Job job) {
        ListValue conditions = job.value().map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            String type = condition.string("type");
            if ((type.equals("Complete") || type.equals("Failed"))
                    && condition.string("status").equals("True")) {
                return condition;
            }
        }
        return null;
    }

    /** Whether it ended for good. */
    public static boolean isFinished(Job job) {
        return finishedCondition(job) != null;
    }
}
