package dev.proa.node.server;

import dev.proa.api.status.Reason;
import dev.proa.api.status.StatusException;
import dev.proa.api.value.MapValue;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
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
 * Authorizes the callers of a kubelet: the API server and administrators, by client certificates of the cluster's CA.
 * Other users with such certificates must go through the API server, which checks their permissions.
 */
final class Caller {
    private static final Set<String> USERS = Set.of("kube-apiserver-kubelet-client", "system:apiserver");
    private static final Set<String> GROUPS = Set.of("system:masters", "kubeadm:cluster-admins");

    private final X509TrustManager trust;

    /** @param authority the CA of client certificates */
    Caller(X509Certificate authority) {
        this.trust = trust(authority);
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
     * Checks that the client may call.
     *
     * @return the client's name
     * @throws StatusException Unauthorized or Forbidden otherwise
     */
    String check(@Nullable SSLSession session) {
        X509Certificate[] chain = chain(session);
        if (chain.length == 0) {
            throw StatusException.unauthorized();
        }
        try {
            trust.checkClientTrusted(chain, chain[0].getPublicKey().getAlgorithm());
        } catch (java.security.cert.CertificateException e) {
            throw StatusException.unauthorized();
        }
        String name = "";
        boolean allowed = false;
        try {
            for (Rdn part : new LdapName(chain[0].getSubjectX500Principal().getName()).getRdns()) {
                String value = String.valueOf(part.getValue());
                if (part.getType().equalsIgnoreCase("CN")) {
                    name = value;
                    allowed |= USERS.contains(value);
                } else if (part.getType().equalsIgnoreCase("O")) {
                    allowed |= GROUPS.contains(value);
                }
            }
        } catch (InvalidNameException e) {
            throw StatusException.unauthorized();
        }
        if (!allowed) {
            throw StatusException.of(
                    Reason.Forbidden,
                    "Forbidden (user=" + name + "): only the API server and administrators call kubelets",
                    MapValue.EMPTY);
        }
        return name;
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
