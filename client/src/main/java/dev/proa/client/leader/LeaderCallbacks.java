package dev.proa.client.leader;

/**
 * What a candidate is told. Called by the elector's timers, one call at a time and in order, so that none may take long: who leads starts
 * and stops threads of its own.
 */
public interface LeaderCallbacks {

    /** This candidate leads from now on. */
    void startedLeading();

    /** This candidate leads no more. When this returns, nothing may be done any more that a leader alone may do. */
    void stoppedLeading();

    /** Another candidate, or this one, was seen to lead; also the first that is seen. */
    default void newLeader(String identity) {}
}
