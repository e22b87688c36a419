package dev.proa.server.podsecurity;

import java.util.Locale;

/**
 * A level of the standards, as it was in a minor version of Kubernetes.
 *
 * @param minor {@link #LATEST} for the newest
 */
record LevelVersion(Level level, int minor) {
    static final int LATEST = Integer.MAX_VALUE;

    /** From the one that allows everything to the strictest. */
    enum Level {
        PRIVILEGED,
        BASELINE,
        RESTRICTED;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    boolean isPrivileged() {
        return level == Level.PRIVILEGED;
    }

    /** As in {@code restricted:latest}. */
    @Override
    public String toString() {
        return level + ":" + (minor == LATEST ? "latest" : "v1." + minor);
    }
}
