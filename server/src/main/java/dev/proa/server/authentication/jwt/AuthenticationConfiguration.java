package dev.proa.server.authentication.jwt;

import dev.proa.api.config.ConfigObject;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The file of {@code --authentication-config}.
 *
 * @param issuers whose tokens count
 * @param anonymous how requests without credentials are served; empty when a flag says so
 */
public record AuthenticationConfiguration(List<Issuer> issuers, Optional<Anonymous> anonymous) {
    /** Without issuers. */
    public static final AuthenticationConfiguration NONE = new AuthenticationConfiguration(List.of(), Optional.empty());

    private static final Set<String> VERSIONS = Set.of("v1", "v1beta1", "v1alpha1");

    public AuthenticationConfiguration {
        issuers = List.copyOf(issuers);
    }

    /** @param paths of which an anonymous request has to have one; empty for any */
    public record Anonymous(boolean enabled, Set<String> paths) {
        public Anonymous {
            paths = Set.copyOf(paths);
        }
    }

    /**
     * Reads the file. What it says is not checked.
     *
     * @param source what messages call it
     * @throws IllegalArgumentException when it has another form; the message says where
     */
    public static AuthenticationConfiguration parse(String source, byte[] text) {
        if (text.length == 0) {
            throw new IllegalArgumentException(source + ": empty config data");
        }
        ConfigObject root = ConfigObject.parse(source, text);
        root.require("apiserver.config.k8s.io", VERSIONS, "AuthenticationConfiguration");
        List<Issuer> issuers = root.objects("jwt").stream()
                .map(AuthenticationConfiguration::issuer)
                .toList();
        Optional<Anonymous> anonymous = root.object("anonymous").map(AuthenticationConfiguration::anonymous);
        root.end();
        return new AuthenticationConfiguration(issuers, anonymous);
    }

    private static Anonymous anonymous(ConfigObject object) {
        Set<String> paths = new HashSet<>();
        for (ConfigObject condition : object.objects("conditions")) {
            paths.add(condition.text("path", ""));
            condition.end();
        }
        Anonymous anonymous = new Anonymous(object.bool("enabled", false), paths);
        object.end();
        return anonymous;
    }

    private static Issuer issuer(ConfigObject object) {
        Optional<ConfigObject> issuer = object.object("issuer");
        Optional<ConfigObject> mappings = object.object("claimMappings");
        Issuer made = new Issuer(
                text(issuer, "url"),
                text(issuer, "discoveryURL"),
                text(issuer, "certificateAuthority"),
                issuer.map(from -> from.texts("audiences")).orElse(List.of()),
                text(issuer, "audienceMatchPolicy"),
                text(issuer, "egressSelectorType"),
                mapping(mappings, "username", true),
                mapping(mappings, "groups", true),
                mapping(mappings, "uid", false),
                mappings.map(from -> from.objects("extra")).orElse(List.of()).stream()
                        .map(AuthenticationConfiguration::fact)
                        .toList(),
                object.objects("claimValidationRules").stream()
                        .map(AuthenticationConfiguration::claimRule)
                        .toList(),
                object.objects("userValidationRules").stream()
                        .map(AuthenticationConfiguration::userRule)
                        .toList());
        issuer.ifPresent(ConfigObject::end);
        mappings.ifPresent(ConfigObject::end);
        object.end();
        return made;
    }

    private static String text(Optional<ConfigObject> object, String name) {
        return object.flatMap(from -> from.text(name)).orElse("");
    }

    private static Issuer.Mapping mapping(Optional<ConfigObject> mappings, String name, boolean prefixed) {
        return mappings.flatMap(from -> from.object(name))
                .map(from -> {
                    Issuer.Mapping mapping = new Issuer.Mapping(
                            from.text("claim", ""),
                            prefixed ? from.text("prefix") : Optional.empty(),
                            from.text("expression", ""));
                    from.end();
                    return mapping;
                })
                .orElse(Issuer.Mapping.NONE);
    }

    private static Issuer.Fact fact(ConfigObject object) {
        Issuer.Fact fact = new Issuer.Fact(object.text("key", ""), object.text("valueExpression", ""));
        object.end();
        return fact;
    }

    private static Issuer.ClaimRule claimRule(ConfigObject object) {
        Issuer.ClaimRule rule = new Issuer.ClaimRule(
                object.text("claim", ""),
                object.text("requiredValue", ""),
                object.text("expression", ""),
                object.text("message", ""));
        object.end();
        return rule;
    }

    private static Issuer.UserRule userRule(ConfigObject object) {
        Issuer.UserRule rule = new Issuer.UserRule(object.text("expression", ""), object.text("message", ""));
        object.end();
        return rule;
    }
}
