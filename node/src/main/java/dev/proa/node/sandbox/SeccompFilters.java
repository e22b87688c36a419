package dev.proa.node.sandbox;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.RuntimeFailure.Reason;
import dev.proa.node.cri.SeccompProfile;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.seccomp.Filter;
import dev.proa.node.linux.seccomp.FilterCompiler;
import dev.proa.node.linux.seccomp.InvalidProfileException;
import dev.proa.node.linux.seccomp.ProfileReader;
import dev.proa.node.linux.seccomp.RuntimeDefault;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Builds the seccomp filters of containers. Filters of the default profile are cached. */
final class SeccompFilters {
    /** Larger than any usual profile; Docker's default has 17 KiB. */
    private static final int LONGEST_PROFILE = 1 << 20;

    private static final int MOST_KEPT = 256;
    private static final Map<Set<Capability>, Filter> DEFAULTS = new ConcurrentHashMap<>();

    private SeccompFilters() {}

    /**
     * The seccomp filter of a container, or null for none.
     *
     * @param capabilities in the container's bounding set
     * @throws RuntimeFailure when the profile cannot be read or enforced
     */
    static @Nullable Filter of(SeccompProfile profile, Set<Capability> capabilities) {
        return switch (profile) {
            case SeccompProfile.Unconfined() -> null;
            case SeccompProfile.RuntimeDefault() -> ofRuntime(Set.copyOf(capabilities));
            case SeccompProfile.Localhost local -> ofFile(local, capabilities);
        };
    }

    private static Filter ofRuntime(Set<Capability> capabilities) {
        if (DEFAULTS.size() > MOST_KEPT) {
            DEFAULTS.clear();
        }
        return DEFAULTS.computeIfAbsent(capabilities, SeccompFilters::compileDefault);
    }

    private static Filter compileDefault(Set<Capability> capabilities) {
        try {
            Architecture architecture = Architecture.current();
            return FilterCompiler.compile(RuntimeDefault.of(capabilities, architecture), architecture);
        } catch (InvalidProfileException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Filter ofFile(SeccompProfile.Localhost profile, Set<Capability> capabilities) {
        String name = profile.path();
        Architecture architecture = Architecture.current();
        try (Directory directory = Directory.openTrusted(profile.directory())) {
            byte[] json = directory.read(name, 0, LONGEST_PROFILE + 1);
            if (json.length > LONGEST_PROFILE) {
                throw failure(name, "it is longer than " + LONGEST_PROFILE + " bytes", null);
            }
            ProfileReader.Container container =
                    new ProfileReader.Container(capabilities, architecture, System.getProperty("os.version"));
            return FilterCompiler.compile(ProfileReader.read(name, json, container), architecture);
        } catch (ErrnoException e) {
            throw failure(name, "it cannot be read in " + profile.directory() + ": " + e.getMessage(), e);
        } catch (IOException | InvalidProfileException e) {
            throw failure(name, String.valueOf(e.getMessage()), e);
        }
    }

    private static RuntimeFailure failure(String name, String why, @Nullable Exception cause) {
        return new RuntimeFailure(
                Reason.INVALID_ARGUMENT, "seccomp profile " + name + " cannot be used: " + why, cause);
    }
}
