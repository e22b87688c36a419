package dev.proa.cli.ldap;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldif.LDIFException;
import dev.proa.client.http.Connection;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import javax.net.ssl.SSLContext;

/** A directory in memory, with LDAPS and StartTLS on loopback ports. */
final class TestDirectory implements AutoCloseable {
    static final Pki PKI = Pki.inMemory(Clock.systemUTC());
    static final String SEARCHER = "cn=searcher,dc=example,dc=com";
    static final String SEARCHER_PASSWORD = "look";

    final InMemoryDirectoryServer server;

    /** Called before a user's password is checked. */
    volatile Binding binding = () -> {};

    /** Fails the bind by throwing. */
    interface Binding {
        void begins() throws LDAPException;
    }

    TestDirectory() {
        try {
            InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
            config.setSchema(null);
            config.addAdditionalBindCredentials(SEARCHER, SEARCHER_PASSWORD);
            config.addInMemoryOperationInterceptor(new InMemoryOperationInterceptor() {
                @Override
                public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest bind) throws LDAPException {
                    if (!bind.getRequest().getBindDN().equals(SEARCHER)) {
                        binding.begins();
                    }
                }
            });
            SSLContext tls = tls();
            InetAddress loopback = InetAddress.getLoopbackAddress();
            config.setListenerConfigs(
                    InMemoryListenerConfig.createLDAPSConfig(
                            "ldaps", loopback, 0, tls.getServerSocketFactory(), tls.getSocketFactory()),
                    InMemoryListenerConfig.createLDAPConfig("ldap", loopback, 0, tls.getSocketFactory()));
            server = new InMemoryDirectoryServer(config);
            for (String entry : List.of(
                    "dc=example,dc=com|domain",
                    "ou=people,dc=example,dc=com|organizationalUnit",
                    "ou=others,dc=example,dc=com|organizationalUnit",
                    "ou=groups,dc=example,dc=com|organizationalUnit")) {
                String dn = entry.substring(0, entry.indexOf('|'));
                String rdn = dn.substring(0, dn.indexOf(','));
                add(
                        "dn: " + dn,
                        "objectClass: " + entry.substring(entry.indexOf('|') + 1),
                        rdn.substring(0, 2) + ": " + rdn.substring(3));
            }
            user("people", "ann", "secret");
            user("people", "bob", "hush");
            user("people", "eve", "x");
            user("others", "eve", "x");
            user("people", "system:admin", "x");
            group("developers", "ann", "bob");
            group("system:masters", "ann");
            server.startListening();
        } catch (LDAPException e) {
            throw new AssertionError(e);
        }
    }

    static SSLContext tls() {
        CertificateAndKey pair = PKI.kubeletServer("directory", List.of("localhost"));
        return Connection.withCertificate(
                        URI.create("https://localhost"), PKI.authorityPem(), pair.certificatePem(), pair.keyPem())
                .tls();
    }

    private void add(String... lines) throws LDAPException {
        try {
            server.add(lines);
        } catch (LDIFException e) {
            throw new AssertionError(e);
        }
    }

    void user(String unit, String name, String password) throws LDAPException {
        add(
                "dn: uid=" + name + ",ou=" + unit + ",dc=example,dc=com",
                "objectClass: inetOrgPerson",
                "uid: " + name,
                "memberOf: cn=" + unit + ",ou=groups,dc=example,dc=com",
                "memberOf: cn=elsewhere,dc=example,dc=com",
                "userPassword: " + password);
    }

    void group(String name, String... members) throws LDAPException {
        String[] lines = new String[members.length + 3];
        lines[0] = "dn: cn=" + name + ",ou=groups,dc=example,dc=com";
        lines[1] = "objectClass: groupOfNames";
        lines[2] = "cn: " + name;
        for (int i = 0; i < members.length; i++) {
            lines[i + 3] = "member: uid=" + members[i] + ",ou=people,dc=example,dc=com";
        }
        add(lines);
    }

    URI ldaps() {
        return URI.create("ldaps://localhost:" + server.getListenPort("ldaps"));
    }

    URI ldap() {
        return URI.create("ldap://localhost:" + server.getListenPort("ldap"));
    }

    @Override
    public void close() {
        server.shutDown(true);
    }
}
