package dev.proa.cluster;

import dev.proa.control.certificates.Requested;
import dev.proa.control.certificates.Signer;
import dev.proa.server.pki.CertificateRequest;
import dev.proa.server.pki.CertificateRequests;
import java.util.Set;

/** Lets the controllers sign with the key of the cluster's CA, which they never see. */
record SigningAuthority(CertificateRequests requests) implements Signer {
    @Override
    public Requested read(String request) {
        CertificateRequest read = CertificateRequest.read(request);
        return new Requested(
                read.commonName(),
                read.organizations(),
                read.dnsNames(),
                read.addresses(),
                read.emailAddresses(),
                read.uris());
    }

    @Override
    public String sign(String request, Set<String> usages, long seconds) {
        return requests.sign(CertificateRequest.read(request), usages, seconds);
    }
}
