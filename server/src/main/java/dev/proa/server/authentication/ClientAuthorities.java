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
import java.util.ArrayList;
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

    /** So many authorities may be between a certificate and one of ours. */
    private static final int LONGEST = 2;

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

    /** Whether {@link #subject} has to look for a way among certificates that the client has shown. */
    boolean mayTakeLong(ClientCertificate shown) {
        return !shown.intermediates().isEmpty() && !shown.isVerified(this) && !good.containsKey(shown.certificate());
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

    /** Whether what an authority signs counts for clients: its purposes limit those of all below it. */
    private static boolean isForClients(X509Certificate authority) {
        try {
            return authority.getExtendedKeyUsage() == null || Certificates.forClients(authority);
        } catch (CertificateException e) {
            return false;
        }
    }

    /** The certificate and what it depends on, with the authority; null when there is no way to one. */
    private @Nullable List<X509Certificate> chain(ClientCertificate shown, Instant now) {
        X509Certificate certificate = shown.certificate();
        for (X509Certificate authority : authorities) {
            boolean signs = authority.getVersion() < 3 || authority.getBasicConstraints() >= 0;
            if (signs && isForClients(authority) && Certificates.signedBy(certificate, authority)) {
                return List.of(certificate, authority);
            }
        }
        return shown.intermediates().isEmpty() ? null : built(shown, now);
    }

    private @Nullable List<X509Certificate> built(ClientCertificate shown, Instant now) {
        try {
            Set<TrustAnchor> anchors = new HashSet<>();
            authorities.stream()
                    .filter(ClientAuthorities::isForClients)
                    .forEach(authority -> anchors.add(new TrustAnchor(authority, null)));
            List<X509Certificate> between = shown.intermediates().stream()
                    .filter(ClientAuthorities::isForClients)
                    .toList();
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(shown.certificate());
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(anchors, target);
            parameters.setRevocationEnabled(false);
            parameters.setMaxPathLength(LONGEST);
            parameters.setDate(Date.from(now));
            parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(between)));
            PKIXCertPathBuilderResult result = (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
            List<X509Certificate> chain = new ArrayList<>();
            result.getCertPath().getCertificates().forEach(link -> chain.add((X509Certificate) link));
            chain.add(result.getTrustAnchor().getTrustedCert());
            return chain;
        } catch (GeneralSecurityException e) {
            return null;
        }
    }
}
