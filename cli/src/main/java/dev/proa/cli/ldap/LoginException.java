package dev.proa.cli.ldap;

/** Somebody cannot be told to be a user of the directory. The message may be shown to whoever asked; it tells nothing of what is in the directory. */
public final class LoginException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** Why it failed. */
    public enum Kind {
        /** There is no such user, or this is not the password. */
        WRONG,
        /** Too many attempts failed. */
        TOO_MANY,
        /** The directory does not answer. */
        UNAVAILABLE
    }

    LoginException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    static LoginException wrong() {
        return new LoginException(Kind.WRONG, "the user name or the password is wrong");
    }

    Kind kind() {
        return kind;
    }
}
