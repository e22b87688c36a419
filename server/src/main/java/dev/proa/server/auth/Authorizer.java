package dev.proa.server.auth;

import dev.proa.server.authorization.UnionAuthorizer;

/**
 * Decides whether a user may do something. Several make a {@link UnionAuthorizer}. Safe for any thread.
 *
 * <p>An exception fails the request with 500: nothing is allowed because an authorizer is broken.
 */
public interface Authorizer {

    Decision authorize(AuthorizationAttributes attributes);

    /** Whether {@link #authorize} may wait, or compute for long, for these attributes; if so it is not called on event loops. */
    default boolean mayBlock(AuthorizationAttributes attributes) {
        return false;
    }

    /** What an authorizer may say. */
    enum Verdict {
        ALLOW,
        /** It is forbidden, whatever other authorizers say. */
        DENY,
        /** Others may allow it. */
        NO_OPINION
    }

    /**
     * What an authorizer says.
     *
     * @param reason for a person; may be empty
     * @param error what kept an authorizer from saying more; empty when nothing did. A request that is not allowed fails with it
     */
    record Decision(Verdict verdict, String reason, String error) {
        public static final Decision NO_OPINION = noOpinion("");

        public static Decision allow(String reason) {
            return new Decision(Verdict.ALLOW, reason, "");
        }

        public static Decision deny(String reason) {
            return new Decision(Verdict.DENY, reason, "");
        }

        /** Without an opinion, with the reason why it is not allowed here. */
        public static Decision noOpinion(String reason) {
            return new Decision(Verdict.NO_OPINION, reason, "");
        }

        /** The same, with what went wrong. */
        public Decision failed(String what) {
            return new Decision(verdict, reason, what);
        }

        public boolean allowed() {
            return verdict == Verdict.ALLOW;
        }
    }
}
