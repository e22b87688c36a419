package dev.proa.server.podsecurity;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import dev.proa.server.podsecurity.LevelVersion.Level;
import java.util.ArrayList;
import java.util.List;

/**
 * What a namespace asks of its pods.
 *
 * @param errors labels that say nothing known; for {@code enforce} they count as the strictest level, for {@code audit} and {@code warn} as the one
 *     that allows everything
 */
record Policy(LevelVersion enforce, LevelVersion audit, LevelVersion warn, List<FieldError> errors) {
    /** That of a namespace without labels, when nothing is configured: everything is allowed. */
    static final Policy PRIVILEGED = allSame(new LevelVersion(Level.PRIVILEGED, LevelVersion.LATEST));

    private static final String PREFIX = "pod-security.kubernetes.io/";

    Policy {
        errors = List.copyOf(errors);
    }

    private static Policy allSame(LevelVersion each) {
        return new Policy(each, each, each, List.of());
    }

    /** Whether nothing is forbidden, and nothing said about it. */
    boolean allowsEverything() {
        return enforce.isPrivileged() && saysNothing();
    }

    /** Whether nobody is warned and nothing audited. */
    boolean saysNothing() {
        return audit.isPrivileged() && warn.isPrivileged();
    }

    boolean isEquivalent(Policy other) {
        return enforce.isEquivalent(other.enforce) && audit.isEquivalent(other.audit) && warn.isEquivalent(other.warn);
    }

    /**
     * What the labels of a namespace ask for.
     *
     * @param usual what holds where they say nothing
     */
    static Policy of(MapValue labels, Policy usual) {
        List<FieldError> errors = new ArrayList<>(0);
        LevelVersion enforce = mode(labels, "enforce", Level.RESTRICTED, usual.enforce, errors);
        LevelVersion audit = mode(labels, "audit", Level.PRIVILEGED, usual.audit, errors);
        LevelVersion warn = mode(labels, "warn", Level.PRIVILEGED, usual.warn, errors);
        boolean enforceGiven =
                LevelVersion.level(labels.string(PREFIX + "enforce")).isPresent();
        if (!labels.has(PREFIX + "warn") && enforceGiven && enforce.level().compareTo(warn.level()) > 0) {
            warn = new LevelVersion(
                    enforce.level(), labels.has(PREFIX + "warn-version") ? warn.minor() : enforce.minor());
        }
        return errors.isEmpty() && enforce.equals(usual.enforce) && audit.equals(usual.audit) && warn.equals(usual.warn)
                ? usual
                : new Policy(enforce, audit, warn, errors);
    }

    private static LevelVersion mode(
            MapValue labels, String mode, Level instead, LevelVersion usual, List<FieldError> errors) {
        String key = PREFIX + mode;
        Level level = usual.level();
        if (labels.has(key)) {
            level = LevelVersion.level(labels.string(key)).orElseGet(() -> {
                errors.add(invalid(labels, key, LevelVersion.LEVELS));
                return instead;
            });
        }
        String version = key + "-version";
        int minor = usual.minor();
        if (labels.has(version)) {
            minor = LevelVersion.minor(labels.string(version)).orElseGet(() -> {
                errors.add(invalid(labels, version, LevelVersion.VERSIONS));
                return LevelVersion.LATEST;
            });
        }
        return level == usual.level() && minor == usual.minor() ? usual : new LevelVersion(level, minor);
    }

    private static FieldError invalid(MapValue labels, String key, String why) {
        return FieldError.invalid("metadata.labels[" + key + "]", labels.string(key), why);
    }

    /** The modes that labels set to more than {@code privileged}, as in {@code enforce=baseline:latest, warn=restricted:v1.30}. */
    String given(MapValue labels) {
        List<String> modes = new ArrayList<>(3);
        addGiven(modes, labels, "enforce", enforce);
        addGiven(modes, labels, "audit", audit);
        addGiven(modes, labels, "warn", warn);
        return String.join(", ", modes);
    }

    private static void addGiven(List<String> modes, MapValue labels, String mode, LevelVersion policy) {
        String key = PREFIX + mode;
        if (!policy.isPrivileged() && (labels.has(key) || labels.has(key + "-version"))) {
            modes.add(mode + "=" + policy);
        }
    }
}
