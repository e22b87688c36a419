package dev.proa.control.certificates;

import java.util.Set;

/** Reads certificate requests (PKCS #10, in PEM), and signs them with the key of the cluster's CA. Thread-safe. */
public interface Signer {
    /**
     * What a request asks for.
     *
     * @throws IllegalArgumentException when it cannot be read
     */
    Requested read(String request);

    /**
     * Signs a request; returns the certificate in PEM.
     *
     * @param usages as in {@code spec.usages}
     * @param seconds for which the certificate is wanted to be valid, 0 for the usual time
     * @throws IllegalArgumentException when the request cannot be read
     */
    String sign(String request, Set<String> usages, long seconds);
}
