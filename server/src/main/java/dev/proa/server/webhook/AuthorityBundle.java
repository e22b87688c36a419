package dev.proa.server.webhook;

import dev.proa.server.pki.ServerTrust;
import dev.proa.server.pki.Trust;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts servers whose certificate an authority of a bundle has signed, or one that Java trusts. Java's own trust manager decides, also
 * about the name of the server; a certificate has to give it as an alternative name. What is wrong is said as Go does.
 */
final class AuthorityBundle extends ServerTrust {
    private static final String FAILED = "tls: failed to verify certificate: x509: ";

    private final X509ExtendedTrustManager java;

    private AuthorityBundle(X509ExtendedTrustManager java) {
        this.java = java;
    }

    /**
     * Reads a bundle.
     *
     * @param base64 PEM in Base64; empty for the authorities that Java trusts
     * @throws WebhookCallException when there is no certificate in it
     */
    static AuthorityBundle of(String base64) {
        if (base64.isEmpty()) {
            return new AuthorityBundle(Trust.ofJava());
        }
        try {
            return new AuthorityBundle(
                    Trust.ofPem(new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.ISO_8859_1)));
        } catch (IllegalArgumentException e) {
            throw new WebhookCallException("unable to load root certificates: unable to parse bytes as PEM block");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        String host = engine.getPeerHost();
        try {
            java.checkServerTrusted(chain, authType, engine);
        } catch (CertificateException e) {
            throw new CertificateException(FAILED + why(chain[0], host, e), e);
        }
        if (names(chain[0]).isEmpty()) {
            throw new CertificateException(FAILED + "certificate relies on legacy Common Name field, use SANs instead");
        }
    }

    private static String why(X509Certificate certificate, @Nullable String host, CertificateException failure)
            throws CertificateParsingException {
        boolean chained = true;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException || cause instanceof CertificateNotYetValidException) {
                return "certificate has expired or is not yet valid: " + cause.getMessage();
            }
            chained &= !(cause instanceof CertPathBuilderException || cause instanceof CertPathValidatorException);
        }
        if (!chained) {
            return "certificate signed by unknown authority";
        }
        List<String> names = names(certificate);
        String text = String.valueOf(failure.getMessage());
        if (host == null || !text.startsWith("No ")) {
            return text;
        }
        return names.isEmpty()
                ? "certificate is not valid for any names, but wanted to match " + host
                : "certificate is valid for " + String.join(", ", names) + ", not " + host;
    }

    /** The DNS names and addresses in a certificate. */
    private static List<String> names(X509Certificate certificate) throws CertificateParsingException {
        List<String> names = new ArrayList<>();
        Collection<List<?>> all = certificate.getSubjectAlternativeNames();
        for (List<?> name : all == null ? List.<List<?>>of() : all) {
            if (name.get(0).equals(2) || name.get(0).equals(7)) {
                names.add(String.valueOf(name.get(1)));
            }
        }
        return names;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("A server is trusted under its name only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return java.getAcceptedIssuers();
    }
}
