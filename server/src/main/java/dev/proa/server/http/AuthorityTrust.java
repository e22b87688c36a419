package dev.proa.server.http;

import dev.proa.server.pki.ServerTrust;
import dev.proa.server.pki.Subjects;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

/** Trusts servers whose certificate one authority has signed, under whatever name they are reached. */
final class AuthorityTrust extends ServerTrust {
    private final X509Certificate authority;

    AuthorityTrust(X509Certificate authority) {
        this.authority = authority;
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("The server shows no certificate");
        }
        chain[0].checkValidity();
        try {
            chain[0].verify(authority.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new CertificateException(
                    "The certificate of " + chain[0].getSubjectX500Principal() + " is not signed by the cluster", e);
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {authority};
    }

    /** Whether a certificate, trusted already, is that of a node: its common name is the node's user. */
    static boolean isOfNode(X509Certificate certificate, String node) {
        return Subjects.commonName(certificate).equals("system:node:" + node);
    }
}
