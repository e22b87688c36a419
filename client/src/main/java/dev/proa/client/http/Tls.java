package dev.proa.client.http;

import dev.proa.client.Transport.TransportException;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes the TLS context of a {@link Connection}. */
final class Tls {
    private Tls() {}

    static SSLContext context(Connection connection) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys(connection), trust(connection), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new TransportException(
                    "cannot use the certificates for " + connection.server() + ": " + e.getMessage(), e);
        }
    }

    private static KeyManager @Nullable [] keys(Connection connection) throws GeneralSecurityException, IOException {
        if (connection.certificate() == null || connection.key() == null) {
            return null;
        }
        KeyStore store = empty();
        List<X509Certificate> chain = PemReader.certificates(connection.certificate());
        store.setKeyEntry(
                "client", PemReader.privateKey(connection.key()), new char[0], chain.toArray(new X509Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static TrustManager @Nullable [] trust(Connection connection) throws GeneralSecurityException, IOException {
        if (connection.insecure()) {
            return new TrustManager[] {new TrustAll()};
        }
        if (connection.authority() == null) {
            return null;
        }
        KeyStore store = empty();
        int number = 0;
        for (X509Certificate certificate : PemReader.certificates(connection.authority())) {
            store.setCertificateEntry("ca-" + number++, certificate);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
