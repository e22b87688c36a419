package dev.proa.server.authentication;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Authorities of clients: some that stay, and those of a file, which is read again. */
final class ReloadedAuthorities {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadedAuthorities.class);
    private static final int LARGEST = 4 << 20;

    private final List<X509Certificate> permanent;
    private final Optional<Path> file;
    private byte @Nullable [] read;
    private volatile ClientAuthorities current;

    /**
     * @throws IllegalArgumentException when the file has no certificates
     * @throws UncheckedIOException when it cannot be read
     */
    ReloadedAuthorities(List<X509Certificate> permanent, Optional<Path> file) {
        this.permanent = List.copyOf(permanent);
        this.file = file;
        current = new ClientAuthorities(permanent);
        file.ifPresent(this::load);
    }

    boolean hasFile() {
        return file.isPresent();
    }

    /** Those that count now. */
    ClientAuthorities current() {
        return current;
    }

    private synchronized void load(Path from) {
        byte[] bytes;
        try {
            if (Files.size(from) > LARGEST) {
                throw new IllegalArgumentException(from + " is larger than 4 MiB");
            }
            bytes = Files.readAllBytes(from);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read certificates from " + from + ": " + e.getMessage(), e);
        }
        if (Arrays.equals(bytes, read)) {
            return;
        }
        read = bytes; // what is wrong with it is said once
        List<X509Certificate> all = new ArrayList<>(permanent);
        all.addAll(certificates(from, bytes));
        current = new ClientAuthorities(all);
    }

    private static List<X509Certificate> certificates(Path from, byte[] pem) {
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (Certificate certificate :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem))) {
                found.add((X509Certificate) certificate);
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("the certificates in " + from + " cannot be read", e);
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(from + " has no certificates");
        }
        return found;
    }

    /** Reads the file again. When it cannot be used, those that were there stay. */
    void reload() {
        try {
            file.ifPresent(this::load);
        } catch (IllegalArgumentException | UncheckedIOException e) {
            LOG.error("The authorities of clients stay as they were", e);
        }
    }
}
