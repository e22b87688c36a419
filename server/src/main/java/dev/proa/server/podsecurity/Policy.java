package dev.proa.server.podsecurity;

import dev.proa.api.status.FieldError;
import dev.proa.api.value.MapValue;
import dev.proa.server.podsecurity.LevelVersion.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a namespace asks of its pods. Without labels everything is allowed.
 *
 * @param errors labels that say nothing known; they count as the strictest level for {@code enforce}
 */
record Policy(LevelVersion enforce, LevelVersion audit, LevelVersion warn, List<FieldError> errors) {
    private static final String PREFIX = "pod-security.kubernetes.io/";
    private static final Pattern VERSION = Pattern.compile("v1\\.(0|[1-9][0-9]{0,5})");

    boolean allowsEverything() {
        return enforce.isPrivileged() && audit.isPrivileged() && warn.isPrivileged();
    }

    static Policy of(MapValue labels) {
        List<FieldError> errors = new ArrayList<>(0);
        LevelVersion enforce = mode(labels, "enforce", Level.RESTRICTED, errors);
        boolean enforceGiven = level(labels.string(PREFIX + "enforce")) != null;
        LevelVersion audit = mode(labels, "audit", Level.PRIVILEGED, errors);
        LevelVersion warn = mode(labels, "warn", Level.PRIVILEGED, errors);
        if (!labels.has(PREFIX + "warn") && enforceGiven && !enforce.isPrivileged()) {
            warn = new LevelVersion(
                    enforce.level(), labels.has(PREFIX + "warn-version") ? warn.minor() : enforce.minor());
        }
        return new Policy(enforce, audit, warn, errors);
    }

    private static LevelVersion mode(MapValue labels, String mode, Level instead, List<FieldError> errors) {
        Level level = Level.PRIVILEGED;
        String key = PREFIX + mode;
        if (labels.has(key)) {
            Level given = level(labels.string(key));
            level = given == null ? instead : given;
            if (given == null) {
                errors.add(invalid(labels, key, "must be one of privileged, baseline, restricted"));
            }
        }
        int minor = LevelVersion.LATEST;
        String version = key + "-version";
        if (labels.has(version) && !labels.string(version).equals("latest")) {
            Matcher matcher = VERSION.matcher(labels.string(version));
            if (matcher.matches()) {
                minor = Integer.parseInt(matcher.group(1));
            } else {
                errors.add(invalid(labels, version, "must be \"latest\" or \"v1.x\""));
            }
        }
        return new LevelVersion(level, minor);
    }

    private static @Nullable Level level(String text) {
        for (Level level : Level.values()) {
            if (level.toString().equals(text)) {
                return level;
            }
        }
        return null;
    }

    private static FieldError invalid(MapValue labels, String key, String why) {
        return FieldError.invalid("metadata.labels[" + key + "]", labels.string(key), why);
    }
}
