package com.example.injector;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * The key and certificate in a PKCS #12 file, whose password is in the file {@code password} beside it. Reads them again when the file has changed, so
 * that a new certificate in the Secret needs no restart.
 */
final class ReloadedKey extends X509ExtendedKeyManager {
    private final Path keystore;
    private volatile Loaded loaded;

    /** What was read from a file of that time. */
    private record Loaded(FileTime time, X509ExtendedKeyManager keys) {}

    ReloadedKey(Path keystore) throws IOException, GeneralSecurityException {
        this.keystore = keystore;
        loaded = load();
    }

    private Loaded load() throws IOException, GeneralSecurityException {
        FileTime time = Files.getLastModifiedTime(keystore);
        char[] password = Files.readString(keystore.resolveSibling("password")).strip().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keystore)) {
            store.load(in, password);
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, password);
        for (KeyManager manager : factory.getKeyManagers()) {
            if (manager instanceof X509ExtendedKeyManager keys) {
                return new Loaded(time, keys);
            }
        }
        throw new GeneralSecurityException("no key in " + keystore);
    }

    private X509ExtendedKeyManager keys() {
        try {
            if (!Files.getLastModifiedTime(keystore).equals(loaded.time)) {
                loaded = load();
                System.out.println("Read the new certificate");
            }
        } catch (IOException | GeneralSecurityException e) {
            System.err.println("Go on with the old certificate: " + e);
        }
        return loaded.keys;
    }

    @Override
    public String chooseEngineServerAlias(String type, Principal[] issuers, SSLEngine engine) {
        return keys().chooseEngineServerAlias(type, issuers, engine);
    }

    @Override
    public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
        return keys().chooseServerAlias(type, issuers, socket);
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
        return loaded.keys.getCertificateChain(alias);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return loaded.keys.getPrivateKey(alias);
    }

    @Override
    public String[] getServerAliases(String type, Principal[] issuers) {
        return keys().getServerAliases(type, issuers);
    }

    @Override
    public String[] getClientAliases(String type, Principal[] issuers) {
        return null; // it is no client
    }

    @Override
    public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
        return null;
    }
}
