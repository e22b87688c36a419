package dev.proa.control.serviceaccount;

import dev.proa.api.core.v1.Secret;
import dev.proa.api.core.v1.ServiceAccount;

/** Signs tokens of service accounts with the cluster's key. Safe for any thread. */
@FunctionalInterface
public interface TokenSigner {

    /** The token of a secret, which speaks for a service account as long as the secret has it. */
    String sign(ServiceAccount account, Secret secret);
}
