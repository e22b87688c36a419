package dev.proa.http;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** A key manager with a single server certificate, which can be exchanged: handshakes from then on show the new one. Thread-safe. */
public final class ServerKeys extends X509ExtendedKeyManager {
    private static final String ALIAS = "server-";

    private volatile Shown current;
    /** For handshakes that began with it. */
    private volatile Shown previous;

    /** @param chain the server's certificate, then those that signed it */
    public ServerKeys(PrivateKey key, List<X509Certificate> chain) {
        current = new Shown(ALIAS + 0, key, List.copyOf(chain));
        previous = current;
    }

    private record Shown(String alias, PrivateKey key, List<X509Certificate> chain) {}

    /** Shows another certificate from now on; does nothing when it is the same. */
    public synchronized void replace(PrivateKey key, List<X509Certificate> chain) {
        Shown before = current;
        if (before.chain().equals(chain)) {
            return;
        }
        int number = Integer.parseInt(before.alias().substring(ALIAS.length()));
        previous = before;
        current = new Shown(ALIAS + (number + 1), key, List.copyOf(chain));
    }

    private Shown of(String alias) {
        Shown before = previous;
        return before.alias().equals(alias) ? before : current;
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return of(alias).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return of(alias).key();
    }

    @Override
    public @Nullable String chooseEngineServerAlias(
            String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
        Shown shown = current;
        return keyType.startsWith(shown.key().getAlgorithm()) ? shown.alias() : null;
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return chooseEngineServerAlias(keyType, issuers, null);
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return new String[] {current.alias()};
    }
}
