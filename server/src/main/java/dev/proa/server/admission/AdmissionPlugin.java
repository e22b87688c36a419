package dev.proa.server.admission;

/** Looks at writes. Safe for any thread; does not block. */
public interface AdmissionPlugin {

    /**
     * Looks at what somebody wants to write, before it is prepared and validated.
     *
     * @throws dev.proa.api.status.StatusException when it may not be written
     */
    default void admit(AdmissionRequest request) {}

    /**
     * Looks at what is about to be written. Not asked about deletions.
     *
     * @throws dev.proa.api.status.StatusException when it may not be written
     */
    default void validate(AdmissionRequest request) {}
}
