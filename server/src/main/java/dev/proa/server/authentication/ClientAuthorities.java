package dev.proa.server.authentication;

import dev.proa.server.auth.ClientCertificate;
import dev.proa.server.pki.Certificates;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Authorities whose certificates clients may show, directly or by authorities below them. What they found good is remembered. The authorities do not
 * change: others make another object. Safe for any thread.
 */
final class ClientAuthorities {
    /** So many good certificates are remembered; only the authorities can make more. */
    private static final int MOST_REMEMBERED = 10_000;

    private final List<X509Certificate> authorities;
    private final Map<X509Certificate, CertificateSubject> good = new ConcurrentHashMap<>();

    ClientAuthorities(List<X509Certificate> authorities) {
        this.authorities = List.copyOf(authorities);
    }

    List<X509Certificate> authorities() {
        return authorities;
    }

    /** Who shows a certificate; null when it is of none of the authorities, or not for clients. Its time is not looked at. */
    @Nullable
    CertificateSubject subject(ClientCertificate shown, Instant now) {
        return shown.verified(this, certificate -> verify(certificate, now)).orElse(null);
    }

    private @Nullable CertificateSubject verify(ClientCertificate shown, Instant now) {
        X509Certificate certificate = shown.certificate();
        CertificateSubject known = good.get(certificate);
        if (known != null) {
            return known;
        }
        try {
            if (!Certificates.forClients(certificate)) {
                return null;
            }
            List<X509Certificate> chain = chain(shown, now);
            CertificateSubject subject = chain == null ? null : CertificateSubject.of(certificate, chain);
            if (subject != null) {
                if (good.size() >= MOST_REMEMBERED) {
                    good.clear();
                }
                good.put(certificate, subject);
            }
            return subject;
        } catch (CertificateException e) {
            return null;
        }
    }

    /** The certificate and what it depends on, without the authority itself; null when there is no way to one. */
    private @Nullable List<X509Certificate> chain(ClientCertificate shown, Instant now) {
        X509Certificate certificate = shown.certificate();
        for (X509Certificate authority : authorities) {
            boolean signs = authority.getVersion() < 3 || authority.getBasicConstraints() >= 0;
            if (signs && Certificates.signedBy(certificate, authority)) {
                return List.of(certificate, authority);
            }
        }
        return shown.intermediates().isEmpty() ? null : built(shown, now);
    }

    private @Nullable List<X509Certificate> built(ClientCertificate shown, Instant now) {
        try {
            Set<TrustAnchor> anchors = new HashSet<>();
            authorities.forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(shown.certificate());
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(shown.intermediates())));
            PKIXCertPathBuilderResult result = (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
            return result.getCertPath().getCertificates().stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException e) {
            return null;
        }
    }
}
