package dev.proa.node.server;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.node.server.AccessReviews.User;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates and authorizes the callers of a kubelet. Callers show a client certificate of the cluster's CA or a
 * bearer token. Group {@code system:masters}, to which the API server and administrators belong, may do anything; what
 * others may, the API says: a request is a verb on a subresource of this node, mostly {@code proxy}.
 */
final class KubeletAuth {
    private static final String MASTERS = "system:masters";
    private static final String AUTHENTICATED = "system:authenticated";
    private static final String BEARER = "Bearer ";

    private final X509TrustManager trust;
    private final AccessReviews reviews;

    /** @param authority the CA of client certificates */
    KubeletAuth(X509Certificate authority, AccessReviews reviews) {
        this.trust = trust(authority);
        this.reviews = reviews;
    }

    private static X509TrustManager trust(X509Certificate authority) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            store.setCertificateEntry("authority", authority);
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509TrustManager found) {
                    return found;
                }
            }
            throw new IllegalStateException("This Java has no PKIX trust manager");
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalStateException("The cluster's certificate cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Checks that the client may make a request. Blocks while the API is asked.
     *
     * @param authorization the header of that name; null for none
     * @param method of HTTP
     * @return the client's name
     * @throws StatusException Unauthorized or Forbidden otherwise
     */
    String check(@Nullable SSLSession session, @Nullable String authorization, String method, String path) {
        User user = authenticate(session, authorization);
        if (user.groups().contains(MASTERS)) {
            return user.name();
        }
        String verb = verb(method);
        for (String subresource : subresources(path)) {
            if (reviews.allows(user, verb, subresource)) {
                return user.name();
            }
        }
        throw StatusException.of(
                Reason.Forbidden,
                "Forbidden (user=" + user.name() + ", verb=" + verb + ", resource=nodes, subresource="
                        + subresources(path).getLast() + ")",
                MapValue.EMPTY);
    }

    private User authenticate(@Nullable SSLSession session, @Nullable String authorization) {
        X509Certificate[] chain = chain(session);
        if (chain.length > 0) {
            return user(chain);
        }
        if (authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            User user = reviews.authenticate(
                    authorization.substring(BEARER.length()).strip());
            if (user != null) {
                return user;
            }
        }
        throw StatusException.unauthorized();
    }

    private User user(X509Certificate[] chain) {
        String name = "";
        List<String> groups = new ArrayList<>(List.of(AUTHENTICATED));
        try {
            trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            for (Rdn part : new LdapName(chain[0].getSubjectX500Principal().getName()).getRdns()) {
                String value = String.valueOf(part.getValue());
                if (part.getType().equalsIgnoreCase("CN")) {
                    name = value;
                } else if (part.getType().equalsIgnoreCase("O")) {
                    groups.add(value);
                }
            }
        } catch (CertificateException | InvalidNameException e) {
            throw StatusException.unauthorized();
        }
        if (name.isEmpty()) {
            throw StatusException.unauthorized();
        }
        return new User(name, "", List.copyOf(groups), MapValue.EMPTY);
    }

    private static String verb(String method) {
        return switch (method) {
            case "POST" -> "create";
            case "PUT" -> "update";
            case "PATCH" -> "patch";
            case "DELETE" -> "delete";
            default -> "get";
        };
    }

    /** One of which a caller needs a right for, as with KubeletFineGrainedAuthz (KEP-2862). */
    private static List<String> subresources(String path) {
        if (is(path, "/stats")) {
            return List.of("stats");
        }
        if (is(path, "/metrics")) {
            return List.of("metrics");
        }
        if (is(path, "/logs")) {
            return List.of("log");
        }
        if (path.equals("/pods") || path.equals("/runningpods/")) {
            return List.of("pods", "proxy");
        }
        return is(path, "/healthz") ? List.of("healthz", "proxy") : List.of("proxy");
    }

    private static boolean is(String path, String root) {
        return path.equals(root) || path.startsWith(root + "/");
    }

    private static X509Certificate[] chain(@Nullable SSLSession session) {
        List<X509Certificate> chain = new ArrayList<>();
        if (session != null) {
            try {
                for (Certificate certificate : session.getPeerCertificates()) {
                    if (certificate instanceof X509Certificate known) {
                        chain.add(known);
                    }
                }
            } catch (SSLPeerUnverifiedException e) {
                return new X509Certificate[0]; // it sent none
            }
        }
        return chain.toArray(X509Certificate[]::new);
    }
}
