package dev.proa.delivery.workflow;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workflow that runs: that of the run itself, or one that a job calls.
 *
 * @param prefix of the ids of its jobs; empty for the run's own
 * @param title before the names of its jobs, as {@code deploy / }
 * @param caller the id of the job that calls it; empty for none
 * @param secrets that it has
 */
record Invocation(
        String prefix,
        String title,
        String caller,
        int depth,
        Workflow workflow,
        Map<String, @Nullable Object> inputs,
        Map<String, String> secrets) {}
