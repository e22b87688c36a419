package dev.proa.node.agent;

import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.client.clock.Clock;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SignatureException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a certificate of a node valid: orders a new one, with a new key, when 70 to 90 % of its time have passed, as kubelets do. The
 * current one is in a file. For one thread, but for {@link #current}.
 */
final class CertificateRotation {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateRotation.class);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final CertificateOrder order;
    private final Path file;
    private final X509Certificate authority;
    private final Clock clock;
    private final RandomGenerator random;
    private volatile @Nullable NodeCertificate current;

    /**
     * Reads the file.
     *
     * @param file of certificate and key; its directory is made
     * @param authority who must have signed it: the cluster may be a new one
     */
    CertificateRotation(
            CertificateOrder order, Path file, X509Certificate authority, Clock clock, RandomGenerator random) {
        this.order = order;
        this.file = file;
        this.authority = authority;
        this.clock = clock;
        this.random = random;
        try {
            StateFiles.makePrivate(Objects.requireNonNull(file.getParent()));
            NodeCertificate known = NodeCertificate.read(file);
            current = known != null && isUsable(known.certificate()) ? known : null;
        } catch (IOException e) {
            throw new UncheckedIOException("The certificate " + file + " cannot be read: " + e.getMessage(), e);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            LOG.warn("The certificate {} is damaged, so another one is ordered: {}", file, e.getMessage());
        }
    }

    private boolean isUsable(X509Certificate certificate) throws GeneralSecurityException {
        if (clock.instant().isAfter(certificate.getNotAfter().toInstant()) || !order.isMetBy(certificate)) {
            return false;
        }
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (SignatureException e) {
            return false; // of another cluster
        }
    }

    /** The certificate that is valid now; null as long as there is none. */
    @Nullable
    NodeCertificate current() {
        return current;
    }

    /** The current certificate; when there is none, it is ordered and waited for. */
    NodeCertificate await(Client client) throws InterruptedException {
        NodeCertificate known = current;
        return known != null ? known : renew(client);
    }

    private NodeCertificate renew(Client client) throws InterruptedException {
        NodeCertificate renewed = order.fulfil(client, clock);
        try {
            renewed.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException("The certificate " + file + " cannot be written: " + e.getMessage(), e);
        }
        current = renewed;
        return renewed;
    }

    /**
     * Renews the certificate each time that it is due, and gives the new one to {@code use}; ends when it is interrupted.
     *
     * @param given in use as long as none was ordered; null for none
     */
    void run(Client client, @Nullable X509Certificate given, Consumer<NodeCertificate> use)
            throws InterruptedException {
        while (true) {
            NodeCertificate known = current;
            X509Certificate used = known == null ? given : known.certificate();
            if (used != null) {
                clock.sleep(untilDue(used));
            }
            use.accept(renewed(client));
        }
    }

    /** A refusal is no failure of the node as long as its certificate is valid: somebody may grant it the right. */
    private NodeCertificate renewed(Client client) throws InterruptedException {
        Duration pause = FIRST_PAUSE;
        while (true) {
            try {
                NodeCertificate renewed = renew(client);
                LOG.info("Renewed {}", renewed);
                return renewed;
            } catch (StatusException | IllegalStateException e) {
                LOG.warn("The certificate {} could not be renewed, which is tried again: {}", file, e.getMessage());
                clock.sleep(pause);
                pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0 ? pause.multipliedBy(2) : LONGEST_PAUSE;
            }
        }
    }

    private Duration untilDue(X509Certificate certificate) {
        Duration left = Duration.between(clock.instant(), due(certificate, random.nextDouble()));
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** When a certificate is renewed: not all nodes at a time. @param part of the time in which it may happen, 0 to 1 */
    static Instant due(X509Certificate certificate, double part) {
        Instant from = certificate.getNotBefore().toInstant();
        double seconds =
                Duration.between(from, certificate.getNotAfter().toInstant()).toSeconds() * (0.7 + 0.2 * part);
        return from.plusSeconds(Math.round(seconds));
    }
}
