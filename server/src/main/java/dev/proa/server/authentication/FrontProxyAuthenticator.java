package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.RequestHeaders;
import dev.proa.server.auth.UserInfo;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Takes the word of a proxy for who makes a request: its certificate is of an authority of proxies, and headers name the user. */
final class FrontProxyAuthenticator implements Authenticator {
    private static final Authentication INVALID =
            new Authentication.Invalid("x509: certificate signed by unknown authority");

    private final Supplier<ClientAuthorities> authorities;
    private final RequestHeaderOptions options;
    private final InstantSource clock;

    /** @param authorities those of proxies that count now */
    FrontProxyAuthenticator(
            Supplier<ClientAuthorities> authorities, RequestHeaderOptions options, InstantSource clock) {
        this.authorities = authorities;
        this.options = options;
        this.clock = clock;
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        ClientCertificate certificate = credentials.certificate();
        return certificate != null && authorities.get().mayTakeLong(certificate);
    }

    @Override
    public Authentication authenticate(Credentials credentials) {
        ClientCertificate certificate = credentials.certificate();
        if (certificate == null) {
            return Authentication.NO_OPINION;
        }
        CertificateSubject subject = authorities.get().subject(certificate, clock.instant());
        if (subject == null || !subject.isValidAt(clock.millis())) {
            return INVALID;
        }
        if (!options.allowedNames().isEmpty() && !options.allowedNames().contains(subject.commonName())) {
            return new Authentication.Invalid(
                    "x509: subject with cn=" + subject.commonName() + " is not in the allowed list");
        }
        RequestHeaders headers = credentials.headers();
        String name = first(headers, options.usernameHeaders());
        if (name.isEmpty()) {
            return Authentication.NO_OPINION;
        }
        List<String> groups = new ArrayList<>();
        for (String header : options.groupHeaders()) {
            headers.all(header).stream().filter(group -> !group.isEmpty()).forEach(groups::add);
        }
        return new Authentication.Authenticated(
                new UserInfo(name, first(headers, options.uidHeaders()), groups, extra(headers)));
    }

    private static String first(RequestHeaders headers, List<String> names) {
        for (String name : names) {
            String value = headers.first(name);
            if (value != null && !value.isEmpty()) {
                return value;
            }
        }
        return "";
    }

    private Map<String, List<String>> extra(RequestHeaders headers) {
        Map<String, List<String>> extra = new TreeMap<>();
        for (String prefix : options.extraHeaderPrefixes()) {
            for (String name : headers.names()) {
                if (name.regionMatches(true, 0, prefix, 0, prefix.length())) {
                    String key = unescaped(name.substring(prefix.length()).toLowerCase(Locale.ROOT));
                    extra.computeIfAbsent(key, none -> new ArrayList<>()).addAll(headers.all(name));
                }
            }
        }
        return extra;
    }

    /** A key may have percent-encoded bytes; one that is encoded wrongly counts as it stands. */
    private static String unescaped(String key) {
        try {
            return URLDecoder.decode(key.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return key;
        }
    }
}
