package dev.proa.server.flowcontrol;

import dev.proa.api.status.StatusException;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.UserInfo;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The stage that bounds how many requests are served at a time. It comes between authorization and the work itself. Safe for any thread. */
public interface FlowControl {

    /** Asks for a seat for a request, for as long as it is served. Never waits: it is called on event loops, before a thread is started. */
    Ticket take(Request request);

    /**
     * A watch begins, over the network or not.
     *
     * @param namespace empty for all
     * @return to be run when it ends; a second time does nothing
     */
    default Runnable watchBegins(String group, String resource, String namespace) {
        return () -> {};
    }

    /** A text about what is waiting and being served, at a path of its own for debugging; null for other paths. */
    default @Nullable String debug(String path, boolean details) {
        return null;
    }

    /** The place of a request: it has a seat, or waits for one, or was refused. Safe for any thread. */
    interface Ticket {
        /** As what the request counts. */
        default Classification classification() {
            return Classification.NONE;
        }

        /** Whether it is not decided yet whether there is a seat. */
        default boolean isWaiting() {
            return false;
        }

        /** Why there is no seat, as an answer to the client (429); null when there is one, or may be one. */
        default @Nullable StatusException refusal() {
            return null;
        }

        /**
         * Calls {@code then} once it is decided whether there is a seat: at once if it is already, else by whoever decides it, who must not be
         * held up. Not called when the ticket is given back before. For one caller.
         */
        default void onDecision(Runnable then) {
            then.run();
        }

        /** Gives the seat back, or leaves the queue. Idempotent. */
        void leave();

        /** A ticket of one that has no seat. */
        static Ticket refused(StatusException refusal) {
            return new Ticket() {
                @Override
                public StatusException refusal() {
                    return refusal;
                }

                @Override
                public void leave() {
                    // there is nothing to give back
                }
            };
        }
    }

    /**
     * The objects of the API by which a request was classified, as its response tells them.
     *
     * @param flowSchemaUid empty when the FlowSchema is no object
     * @param priorityLevelUid empty when the PriorityLevelConfiguration is no object
     * @param isKnown whether the request was classified at all
     */
    record Classification(String flowSchemaUid, String priorityLevelUid, boolean isKnown) {
        public static final Classification NONE = new Classification("", "", false);
    }

    /** What kind of work a request is. */
    enum Kind {
        /** get and list, and what is no resource. */
        READ_ONLY,
        /** All that may write. */
        MUTATING,
        /** Watches, logs and connections: they last for as long as the client wants. */
        LONG_RUNNING
    }

    /**
     * A request that wants a seat.
     *
     * @param user as whom it is made
     * @param flow the user who was authenticated, whose requests share what there is
     * @param local whether a caller in this JVM makes it, on a thread of its own which waits for the response
     * @param attributes what it is about
     * @param query the first value of each parameter of its query; empty for those that are not there
     */
    record Request(
            UserInfo user,
            String flow,
            Kind kind,
            boolean local,
            AuthorizationAttributes attributes,
            Function<String, String> query) {}
}
