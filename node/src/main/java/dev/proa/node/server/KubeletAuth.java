package dev.proa.node.server;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import dev.proa.client.Transport.TransportException;
import dev.proa.node.server.AccessReviews.User;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Authenticates and authorizes the callers of a kubelet. Callers show a client certificate of the cluster's CA or a
 * bearer token. Group {@code system:masters}, to which the API server and administrators belong, may do anything; what
 * others may, the API says: a request is a verb on a subresource of this node, mostly {@code proxy}.
 */
final class KubeletAuth {
    private static final Logger LOG = LoggerFactory.getLogger(KubeletAuth.class);
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
     * @throws StatusException Unauthorized or Forbidden otherwise, InternalError when the API cannot be asked
     */
    String check(@Nullable SSLSession session, @Nullable String authorization, String method, String path) {
        User user = authenticate(session, authorization);
        if (user.groups().contains(MASTERS)) {
            return user.name();
        }
        KubeletRight right = KubeletRight.of(method, path);
        for (String subresource : right.subresources()) {
            if (allows(user, right.verb(), subresource)) {
                return user.name();
            }
        }
        throw StatusException.of(
                Reason.Forbidden,
                "Forbidden (user=" + user.name() + ", verb=" + right.verb() + ", resource=nodes, subresource(s)=["
                        + String.join(" ", right.subresources()) + "])",
                MapValue.EMPTY);
    }

    private boolean allows(User user, String verb, String subresource) {
        try {
            return reviews.allows(user, verb, subresource);
        } catch (StatusException | TransportException e) {
            LOG.debug("Nobody says what {} may do", user.name(), e);
            throw StatusException.of(
                    Reason.InternalError,
                    "Authorization error (user=" + user.name() + ", verb=" + verb + ", resource=nodes, subresource="
                            + subresource + ")",
                    MapValue.EMPTY);
        }
    }

    /** By its certificate or, if that is none of the cluster's, by its token. */
    private User authenticate(@Nullable SSLSession session, @Nullable String authorization) {
        X509Certificate[] chain = chain(session);
        User user = chain.length == 0 ? null : user(chain);
        if (user == null && authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            user = owner(authorization.substring(BEARER.length()).strip());
        }
        if (user == null) {
            throw StatusException.unauthorized();
        }
        return user;
    }

    private @Nullable User owner(String token) {
        try {
            return token.isEmpty() ? null : reviews.authenticate(token);
        } catch (StatusException | TransportException e) {
            LOG.debug("Nobody says whose token it is", e);
            return null;
        }
    }

    /** The user that a certificate is for; null if it is none of the cluster's. */
    private @Nullable User user(X509Certificate[] chain) {
        Subject subject;
        try {
            trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
            subject = Subject.of(chain[0]);
        } catch (CertificateException | IllegalArgumentException e) {
            LOG.debug("A certificate is refused", e);
            return null;
        }
        if (subject.commonNames().size() != 1
                || subject.commonNames().getFirst().isEmpty()) {
            return null; // the cluster signs no such names
        }
        List<String> groups = new ArrayList<>(List.of(AUTHENTICATED));
        groups.addAll(subject.organizations());
        return new User(subject.commonNames().getFirst(), "", List.copyOf(groups), MapValue.EMPTY);
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
