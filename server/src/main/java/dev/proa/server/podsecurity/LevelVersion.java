package dev.proa.server.podsecurity;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A level of the standards, as it was in a minor version of Kubernetes.
 *
 * @param minor {@link #LATEST} for the newest
 */
record LevelVersion(Level level, int minor) {
    static final int LATEST = Integer.MAX_VALUE;

    /** What a text must be that is none of the levels. */
    static final String LEVELS = "must be one of privileged, baseline, restricted";
    /** What a text must be that is no version. */
    static final String VERSIONS = "must be \"latest\" or \"v1.x\"";

    private static final Pattern VERSION = Pattern.compile("v1\\.(0|[1-9][0-9]{0,8})");
    private static final Level[] ALL = Level.values();

    /** From the one that allows everything to the strictest. */
    enum Level {
        PRIVILEGED,
        BASELINE,
        RESTRICTED;

        private final String text = name().toLowerCase(Locale.ROOT);

        @Override
        public String toString() {
            return text;
        }
    }

    /** The level of this name; empty when there is none. */
    static Optional<Level> level(String text) {
        for (Level level : ALL) {
            if (level.text.equals(text)) {
                return Optional.of(level);
            }
        }
        return Optional.empty();
    }

    /** The minor version that {@code latest} or {@code v1.x} says; empty when it is neither. */
    static OptionalInt minor(String text) {
        if (text.equals("latest")) {
            return OptionalInt.of(LATEST);
        }
        Matcher matcher = VERSION.matcher(text);
        return matcher.matches() ? OptionalInt.of(Integer.parseInt(matcher.group(1))) : OptionalInt.empty();
    }

    boolean isPrivileged() {
        return level == Level.PRIVILEGED;
    }

    /** Whether both come to the same: the version of {@code privileged} says nothing. */
    boolean isEquivalent(LevelVersion other) {
        return isPrivileged() && other.isPrivileged() || equals(other);
    }

    /** {@code latest} or {@code v1.x}. */
    String version() {
        return minor == LATEST ? "latest" : "v1." + minor;
    }

    /** As in {@code restricted:latest}. */
    @Override
    public String toString() {
        return level + ":" + version();
    }
}
