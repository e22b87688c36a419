package dev.proa.control.shared;

import dev.proa.api.batch.v1.Job;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import org.jspecify.annotations.Nullable;

/** Reads the state of Jobs. */
public final class Jobs {
    private Jobs() {}

    /** {@code Complete} or {@code Failed}, by which of these conditions the job has; null while it has not finished. */
    public static @Nullable String finishedCondition(Job job) {
        ListValue conditions = job.value().map("status").list("conditions");
        for (int i = 0; i < conditions.size(); i++) {
            MapValue condition = conditions.map(i);
            String type = condition.string("type");
            if ((type.equals("Complete") || type.equals("Failed"))
                    && condition.string("status").equals("True")) {
                return type;
            }
        }
        return null;
    }
}
