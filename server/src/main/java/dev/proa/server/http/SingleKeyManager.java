package dev.proa.server.http;

import dev.proa.server.pki.CertificateAndKey;
import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Shows one and the same certificate to everybody, which can be exchanged: handshakes from then on show the new one. Thread-safe. */
final class SingleKeyManager extends X509ExtendedKeyManager {
    private static final String ALIAS = "proa-";

    private volatile Shown current;
    /** For handshakes that began with it. */
    private volatile Shown previous;

    SingleKeyManager(CertificateAndKey pair) {
        current = new Shown(0, pair);
        previous = current;
    }

    private record Shown(int number, CertificateAndKey pair) {
        private String alias() {
            return ALIAS + number;
        }
    }

    /** Shows another certificate from now on. */
    synchronized void replace(CertificateAndKey pair) {
        Shown before = current;
        if (!before.pair().certificate().equals(pair.certificate())) {
            previous = before;
            current = new Shown(before.number() + 1, pair);
        }
    }

    private CertificateAndKey of(String alias) {
        Shown before = previous;
        return before.alias().equals(alias) ? before.pair() : current.pair();
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return new X509Certificate[] {of(alias).certificate()};
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).key();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return keyType.startsWith("EC") ? current.alias() : null;
    }

    @Override
    public String chooseEngineClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        return current.alias();
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return keyType.startsWith("EC") ? current.alias() : null;
    }

    @Override
    public String chooseClientAlias(String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return current.alias();
    }

    @Override
    public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {current.alias()};
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {current.alias()};
    }
}
