package dev.proa.delivery.pipeline;

import dev.proa.api.value.ListValue;
import java.util.Collection;
import java.util.List;

/** A file that says what to run when: a GitHub workflow, or a {@code .gitlab-ci.yml}, with the files of the repository that it names. Immutable. */
public interface Pipeline {
    /** The path of the file. */
    String path();

    /** The name that the file gives, or its path. */
    String name();

    /** Whether an event starts a run. */
    TriggerDecision trigger(TriggerEvent event);

    /** The schedules of cron by which runs start, in UTC; each starts a run by an event with that schedule. */
    List<String> schedules();

    /**
     * What the pipeline uses that cannot be had; asked before anything runs. What only a run can know, as an image that is an output of a job, is left
     * out.
     */
    List<Problem> missing(Available available);

    /** A new run. */
    RunState start(RunSetup setup);

    /**
     * The run that saved events led to.
     *
     * @param setup the same as when it was started; secrets may have changed
     * @param saved what {@link RunState#save} gave
     * @throws IllegalArgumentException when it is nothing of that kind
     */
    default RunState resume(RunSetup setup, ListValue saved) {
        RunState state = start(setup);
        for (Object event : saved) {
            state = state.after(RunEvents.fromValue(event));
        }
        return state;
    }

    /**
     * Reads what one step writes to its output. For one thread.
     *
     * @param masked texts that must not be shown, as the values of secrets
     */
    OutputReader outputReader(Collection<String> masked);
}
