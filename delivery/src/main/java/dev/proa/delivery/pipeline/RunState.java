package dev.proa.delivery.pipeline;

import dev.proa.api.value.ListValue;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A run at one moment. Immutable and pure: time comes with the events. */
public interface RunState {
    /**
     * The run after an event. One that does not fit, as the end of a step that does not run, changes nothing: a runner that was restarted may tell
     * things twice.
     */
    RunState after(RunEvent event);

    /** The title of the run ({@code run-name}). */
    String title();

    /** All jobs, in the file's order. Those of a matrix that is not known yet are one. */
    List<JobView> jobs();

    /** The jobs that may begin now. Whoever begins one sends {@link RunEvent.JobStarted} or, when it cannot, {@link RunEvent.JobEnded}. */
    List<JobStart> ready();

    /** The ids of running jobs that are to be ended, as by {@code fail-fast} or a cancelled run. They end as {@link NextStep.Finished} says, after steps that run even then. */
    List<String> stopping();

    /** What a running job does next. */
    NextStep next(String job);

    /** How the run ended; empty while it goes on. */
    Optional<Conclusion> conclusion();

    /** Which other runs this one waits for or ends; empty when none. */
    Optional<Concurrency> concurrency();

    /** When {@link RunEvent.TimePassed} is wanted; empty when never. */
    Optional<Instant> wakeAt();

    /** The events so far, for {@link Pipeline#resume}. */
    ListValue save();
}
