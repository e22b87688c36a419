package dev.proa.server.authentication;

import dev.proa.server.configuration.ReloadedFile;
import java.io.ByteArrayInputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Authorities of clients: some that stay, and those of a file, which is read again. */
final class ReloadedAuthorities {
    private final List<X509Certificate> permanent;
    private final Optional<ReloadedFile<List<X509Certificate>>> file;
    private volatile ClientAuthorities current;

    /**
     * @throws IllegalArgumentException when the file has no certificates
     * @throws UncheckedIOException when it cannot be read
     */
    ReloadedAuthorities(List<X509Certificate> permanent, Optional<Path> file) {
        this.permanent = List.copyOf(permanent);
        this.file = file.map(path -> new ReloadedFile<>(path, true, pem -> certificates(path, pem)));
        current = with(this.file.map(ReloadedFile::first).orElse(List.of()));
    }

    boolean hasFile() {
        return file.isPresent();
    }

    /** Those that count now. */
    ClientAuthorities current() {
        return current;
    }

    private ClientAuthorities with(List<X509Certificate> found) {
        List<X509Certificate> all = new ArrayList<>(permanent);
        all.addAll(found);
        return new ClientAuthorities(all);
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
        file.ifPresent(from -> from.reload((found, pem) -> current = with(found)));
    }
}
