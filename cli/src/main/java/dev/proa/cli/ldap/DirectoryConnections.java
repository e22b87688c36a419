package dev.proa.cli.ldap;

import com.unboundid.ldap.sdk.BindRequest;
import com.unboundid.ldap.sdk.FailoverServerSet;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPConnectionOptions;
import com.unboundid.ldap.sdk.LDAPConnectionPool;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.PostConnectProcessor;
import com.unboundid.ldap.sdk.ServerSet;
import com.unboundid.ldap.sdk.SimpleBindRequest;
import com.unboundid.ldap.sdk.SingleServerSet;
import com.unboundid.ldap.sdk.StartTLSPostConnectProcessor;
import com.unboundid.util.ssl.HostNameSSLSocketVerifier;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Connections to the directory: by TLS, with the server's certificate checked for its name, within time limits. */
final class DirectoryConnections {
    private static final int LDAP = 389;
    private static final int LDAPS = 636;
    private static final int MOST_SEARCHING = 8;
    private static final int LONGEST_MESSAGE = 4 << 20;

    private final LdapSettings.Server settings;
    private final SSLContext tls;
    private final ServerSet servers;

    DirectoryConnections(LdapSettings.Server settings) {
        this.settings = settings;
        this.tls = tls(settings.authorities());
        ServerSet[] sets = settings.urls().stream().map(this::server).toArray(ServerSet[]::new);
        this.servers = sets.length == 1 ? sets[0] : new FailoverServerSet(sets);
    }

    private ServerSet server(URI url) {
        LDAPConnectionOptions options = new LDAPConnectionOptions();
        Duration timeout = settings.timeout();
        options.setConnectTimeoutMillis((int) timeout.toMillis());
        options.setResponseTimeoutMillis(timeout.toMillis());
        options.setAbandonOnTimeout(true);
        options.setFollowReferrals(false);
        options.setBindWithDNRequiresPassword(true);
        options.setMaxMessageSize(LONGEST_MESSAGE);
        options.setSSLSocketVerifier(new HostNameSSLSocketVerifier(true));
        String host = url.getHost().startsWith("[")
                ? url.getHost().substring(1, url.getHost().length() - 1)
                : url.getHost();
        return "ldaps".equals(url.getScheme())
                ? new SingleServerSet(host, url.getPort() < 0 ? LDAPS : url.getPort(), tls.getSocketFactory(), options)
                : new SingleServerSet(host, url.getPort() < 0 ? LDAP : url.getPort(), null, options, null, startTls());
    }

    private @Nullable PostConnectProcessor startTls() {
        return settings.startTls() ? new StartTLSPostConnectProcessor(tls) : null;
    }

    private static SSLContext tls(@Nullable Path authorities) {
        try {
            KeyStore trusted = null;
            if (authorities != null) {
                trusted = KeyStore.getInstance("PKCS12");
                trusted.load(null, null);
                try (InputStream pem = Files.newInputStream(authorities)) {
                    for (Certificate certificate :
                            CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                        trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
                    }
                }
                if (trusted.size() == 0) {
                    throw new IllegalArgumentException("there is no certificate in " + authorities);
                }
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + authorities + ": " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException(
                    "there are no certificates in " + authorities + ": " + e.getMessage(), e);
        }
    }

    /** Connections for searches. None is opened before the first search, so that the directory may be away when this program starts. */
    LDAPConnectionPool searching() {
        try {
            LDAPConnectionPool pool = new LDAPConnectionPool(servers, bind(), 0, MOST_SEARCHING, null, false);
            pool.setRetryFailedOperationsDueToInvalidConnections(true);
            pool.setMaxWaitTimeMillis(settings.timeout().toMillis());
            pool.setCreateIfNecessary(false);
            return pool;
        } catch (LDAPException e) {
            throw new IllegalStateException("connections cannot be kept", e);
        }
    }

    private @Nullable BindRequest bind() {
        Path file = settings.bindPassword();
        if (file == null) {
            return null;
        }
        try {
            String password = Files.readString(file).strip();
            if (password.isEmpty()) {
                throw new IllegalArgumentException("there is no password in " + file);
            }
            return new SimpleBindRequest(settings.bindDn(), password);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** A connection of nobody yet, to be closed by the caller. */
    LDAPConnection open() throws LDAPException {
        return servers.getConnection();
    }
}
