package dev.proa.embedded;

import dev.proa.server.authentication.jwt.AuthenticationConfiguration;
import dev.proa.server.authentication.jwt.Issuer;
import dev.proa.server.authentication.jwt.Issuer.Mapping;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The flags {@code --oidc-*} of kube-apiserver: one issuer, without a file of configuration. */
final class OidcFlags {
    private OidcFlags() {}

    /** What the flags mean; without issuers when there are none. */
    static AuthenticationConfiguration configuration(ApiServerOptions flags) {
        if (AuthenticationFlags.KNOWN.keySet().stream()
                .noneMatch(flag -> flag.startsWith("oidc-") && flags.flags().containsKey(flag))) {
            return AuthenticationConfiguration.NONE;
        }
        String url = flags.text("oidc-issuer-url").orElse("");
        String client = flags.text("oidc-client-id").orElse("");
        if (flags.file("authentication-config").isPresent()) {
            throw new IllegalArgumentException("authentication-config file and oidc-* flags are mutually exclusive");
        }
        if (url.isEmpty() || client.isEmpty()) {
            throw new IllegalArgumentException(
                    "oidc-issuer-url and oidc-client-id must be specified together when any oidc-* flags are set");
        }
        String groups = flags.text("oidc-groups-claim").orElse("");
        Issuer issuer = new Issuer(
                url,
                "",
                flags.file("oidc-ca-file").map(OidcFlags::text).orElse(""),
                List.of(client),
                "",
                "",
                username(flags, url),
                groups.isEmpty()
                        ? Mapping.NONE
                        : new Mapping(groups, flags.text("oidc-groups-prefix").or(() -> Optional.of("")), ""),
                Mapping.NONE,
                List.of(),
                required(flags.list("oidc-required-claim")),
                List.of());
        return new AuthenticationConfiguration(List.of(issuer), Optional.empty());
    }

    /** Names that may mean somebody else elsewhere begin with the issuer, unless a flag says what they begin with. */
    private static Mapping username(ApiServerOptions flags, String url) {
        String claim = flags.text("oidc-username-claim").orElse("sub");
        String prefix = flags.text("oidc-username-prefix").orElse("");
        if (prefix.isEmpty() && !claim.equals("email")) {
            prefix = url + "#";
        } else if (prefix.equals("-")) {
            prefix = "";
        }
        return new Mapping(claim, Optional.of(prefix), "");
    }

    /** {@code key=value}; what follows a comma and has no key is a part of the value before. */
    private static List<Issuer.ClaimRule> required(List<String> parts) {
        List<String> pairs = new ArrayList<>();
        for (String part : parts) {
            if (part.indexOf('=') > 0) {
                pairs.add(part);
            } else if (pairs.isEmpty()) {
                throw new IllegalArgumentException("oidc-required-claim: malformed pair, expect string=string");
            } else {
                pairs.add(pairs.removeLast() + "," + part);
            }
        }
        return pairs.stream()
                .map(pair -> new Issuer.ClaimRule(
                        pair.substring(0, pair.indexOf('=')).strip(),
                        pair.substring(pair.indexOf('=') + 1).strip(),
                        "",
                        ""))
                .toList();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
