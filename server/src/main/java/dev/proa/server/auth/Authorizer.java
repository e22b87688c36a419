package dev.proa.server.auth;

/** The stage that says whether somebody may. Implementations are safe for any thread and do not block. */
public interface Authorizer {

    Decision authorize(Attributes attributes);

    /**
     * @param reason for a person; may be empty
     */
    record Decision(boolean allowed, String reason) {
        /** Nobody has said that it is allowed. */
        public static final Decision NO_OPINION = new Decision(false, "");
    }
}
