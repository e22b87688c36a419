package dev.proa.delivery.git;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;
import org.apache.sshd.server.keyprovider.SimpleGeneratorHostKeyProvider;
import org.apache.sshd.server.session.ServerSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves repositories by SSH to users whose public keys are in the cluster ({@link GitResources#SSH_KEYS}), whatever user name they give. There are no
 * shells, no forwarding and no subsystems. Thread-safe.
 */
public final class GitSshServer implements AutoCloseable {
    /** Who a session is. */
    static final AttributeKey<GitUser> USER = new AttributeKey<>();

    private static final Logger LOG = LoggerFactory.getLogger(GitSshServer.class);
    private static final int SESSIONS_OF_A_USER = 32;
    private static final Duration LOGIN = Duration.ofSeconds(20);
    private static final Duration IDLE = Duration.ofMinutes(2);

    private final SshServer server;

    private GitSshServer(SshServer server) {
        this.server = server;
    }

    /**
     * Starts to listen; returns once it does.
     *
     * @param port 0 for any free one
     * @param hostKey file of the server's key, which is made when it is not there
     * @throws IllegalStateException when the address cannot be listened on; the message says why
     */
    public static GitSshServer start(GitService service, String host, int port, Path hostKey) {
        SshServer server = SshServer.setUpDefaultServer();
        server.setHost(host);
        server.setPort(port);
        SimpleGeneratorHostKeyProvider keys = new SimpleGeneratorHostKeyProvider(hostKey);
        keys.setAlgorithm(KeyUtils.EC_ALGORITHM);
        keys.setKeySize(256);
        server.setKeyPairProvider(keys);
        server.setUserAuthFactories(List.of(UserAuthPublicKeyFactory.INSTANCE));
        server.setPublickeyAuthenticator((name, key, session) -> login(service, key, session));
        server.setForwardingFilter(RejectAllForwardingFilter.INSTANCE);
        server.setSubsystemFactories(List.of());
        server.setShellFactory(channel -> new GitSshCommand(service, ""));
        server.setCommandFactory((channel, command) -> new GitSshCommand(service, command));
        CoreModuleProperties.MAX_CONCURRENT_SESSIONS.set(server, SESSIONS_OF_A_USER);
        CoreModuleProperties.AUTH_TIMEOUT.set(server, LOGIN);
        CoreModuleProperties.IDLE_TIMEOUT.set(server, IDLE);
        CoreModuleProperties.MAX_AUTH_REQUESTS.set(server, 10);
        CoreModuleProperties.SERVER_IDENTIFICATION.set(server, "PROA");
        try {
            server.start();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Repositories cannot be served by SSH on " + host + ":" + port + ": " + e.getMessage(), e);
        }
        return new GitSshServer(server);
    }

    private static boolean login(GitService service, PublicKey key, ServerSession session) {
        try {
            Optional<GitUser> user = service.access().byKey(key);
            user.ifPresent(found -> session.setAttribute(USER, found));
            return user.isPresent();
        } catch (RuntimeException e) {
            LOG.warn("whose key {} is cannot be found out", KeyUtils.getFingerPrint(key), e);
            return false;
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    /** The host key as in {@code known_hosts}, without the host's name. */
    public String hostKey() {
        KeyPairProvider keys = server.getKeyPairProvider();
        try {
            return PublicKeyEntry.toString(keys.loadKeys(null).iterator().next().getPublic());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the host key cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try {
            server.stop(true);
        } catch (IOException e) {
            LOG.warn("the SSH server did not end well", e);
        }
    }
}
