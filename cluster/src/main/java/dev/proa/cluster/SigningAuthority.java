package dev.proa.cluster;

import dev.proa.control.certificates.CertificateController;
import dev.proa.control.certificates.CertificateController.Requested;
import dev.proa.server.pki.CertificateRequests;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Lets the controllers sign with the key of the cluster's CA, which they never see. */
record SigningAuthority(CertificateRequests requests) implements CertificateController.Signer {
    @Override
    public @Nullable Requested read(String request) {
        CertificateRequests.Requested read = CertificateRequests.read(request);
        return read == null
                ? null
                : new Requested(read.commonName(), read.organizations(), read.names(), read.otherNames());
    }

    @Override
    public String sign(String request, Set<String> usages, long seconds) {
        return requests.sign(request, usages, seconds);
    }
}
