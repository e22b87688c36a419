package dev.proa.server.podsecurity;

import dev.proa.api.codec.GoText;
import dev.proa.api.config.ConfigObject;
import dev.proa.server.podsecurity.LevelVersion.Level;
import dev.proa.server.validation.Formats;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A {@code PodSecurityConfiguration} of {@code pod-security.admission.config.k8s.io/v1}: what holds for namespaces without labels, and whose pods are
 * not looked at.
 */
public final class PodSecurityConfiguration {
    /** Everything is allowed where labels say nothing, and nobody is exempt. */
    public static final PodSecurityConfiguration DEFAULT =
            new PodSecurityConfiguration(Policy.PRIVILEGED, Set.of(), Set.of(), Set.of());

    private static final Set<String> VERSIONS = Set.of("v1", "v1beta1", "v1alpha1");

    private final Policy defaults;
    private final Set<String> usernames;
    private final Set<String> namespaces;
    private final Set<String> runtimeClasses;

    private PodSecurityConfiguration(
            Policy defaults, Set<String> usernames, Set<String> namespaces, Set<String> runtimeClasses) {
        this.defaults = defaults;
        this.usernames = usernames;
        this.namespaces = namespaces;
        this.runtimeClasses = runtimeClasses;
    }

    /**
     * Reads a configuration.
     *
     * @throws IllegalArgumentException when it is not valid; the message says where
     */
    public static PodSecurityConfiguration of(ConfigObject object) {
        object.require("pod-security.admission.config.k8s.io", VERSIONS, "PodSecurityConfiguration");
        Policy defaults = object.object("defaults")
                .map(PodSecurityConfiguration::defaults)
                .orElse(Policy.PRIVILEGED);
        return object.object("exemptions")
                .map(exemptions -> {
                    Set<String> namespaces = names(exemptions, "namespaces", Formats::dnsLabel);
                    Set<String> classes = names(exemptions, "runtimeClasses", Formats::dnsSubdomain);
                    Set<String> users = names(
                            exemptions,
                            "usernames",
                            user -> user.isEmpty() ? List.of("username must not be empty") : List.of());
                    exemptions.end();
                    return new PodSecurityConfiguration(defaults, users, namespaces, classes);
                })
                .orElseGet(() -> new PodSecurityConfiguration(defaults, Set.of(), Set.of(), Set.of()));
    }

    private static Policy defaults(ConfigObject object) {
        Policy policy = new Policy(mode(object, "enforce"), mode(object, "audit"), mode(object, "warn"), List.of());
        object.end();
        return policy;
    }

    private static LevelVersion mode(ConfigObject object, String mode) {
        String level = given(object, mode, Level.PRIVILEGED.toString());
        String version = given(object, mode + "-version", "latest");
        return new LevelVersion(
                LevelVersion.level(level).orElseThrow(() -> invalid(object, mode, level, LevelVersion.LEVELS)),
                LevelVersion.minor(version)
                        .orElseThrow(() -> invalid(object, mode + "-version", version, LevelVersion.VERSIONS)));
    }

    /** An empty text counts as none. */
    private static String given(ConfigObject object, String name, String usual) {
        return object.text(name).filter(text -> !text.isEmpty()).orElse(usual);
    }

    private static Set<String> names(ConfigObject object, String field, Function<String, List<String>> format) {
        List<String> given = object.texts(field);
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < given.size(); i++) {
            String name = given.get(i);
            List<String> wrong = format.apply(name);
            if (!wrong.isEmpty()) {
                throw invalid(object, field + "[" + i + "]", name, String.join(", ", wrong));
            }
            if (!names.add(name)) {
                throw object.problem(field + "[" + i + "]", "Duplicate value: " + GoText.quote(name));
            }
        }
        return Set.copyOf(names);
    }

    private static IllegalArgumentException invalid(ConfigObject object, String field, String value, String why) {
        return object.problem(field, "Invalid value: " + GoText.quote(value) + ": " + why);
    }

    /** What holds where the labels of a namespace say nothing. */
    Policy defaults() {
        return defaults;
    }

    boolean exemptsUser(String name) {
        return usernames.contains(name);
    }

    boolean exemptsNamespace(String name) {
        return namespaces.contains(name);
    }

    boolean exemptsRuntimeClass(String name) {
        return runtimeClasses.contains(name);
    }
}
