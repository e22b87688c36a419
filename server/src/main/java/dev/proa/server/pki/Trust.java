package dev.proa.server.pki;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Trust in servers, as Java's own trust manager decides it. */
public final class Trust {
    private Trust() {}

    /** Trusts servers of the authorities that Java trusts. */
    public static X509ExtendedTrustManager ofJava() {
        return of((KeyStore) null);
    }

    /**
     * Trusts servers of the authorities in a text, and of no others.
     *
     * @throws IllegalArgumentException when there are none
     */
    public static X509ExtendedTrustManager ofPem(String pem) {
        List<X509Certificate> authorities = Certificates.readable(pem);
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("unable to parse bytes as PEM block");
        }
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (X509Certificate authority : authorities) {
                trusted.setCertificateEntry("ca-" + trusted.size(), authority);
            }
            return of(trusted);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("This Java makes no key stores", e);
        }
    }

    private static X509ExtendedTrustManager of(@Nullable KeyStore trusted) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            for (TrustManager manager : factory.getTrustManagers()) {
                if (manager instanceof X509ExtendedTrustManager java) {
                    return java;
                }
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java makes no trust managers", e);
        }
        throw new IllegalStateException("This Java has no X.509 trust manager");
    }
}
