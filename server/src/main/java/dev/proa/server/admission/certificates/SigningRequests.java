package dev.proa.server.admission.certificates;

import dev.proa.api.status.Resource;
import dev.proa.server.auth.AuthorizationAttributes;
import dev.proa.server.auth.Authorizer;
import dev.proa.server.auth.UserInfo;

/** What the plugins have in common. */
final class SigningRequests {
    private static final String GROUP = "certificates.k8s.io";

    private SigningRequests() {}

    static boolean are(Resource resource) {
        return resource.name().equals("certificatesigningrequests")
                && resource.group().equals(GROUP);
    }

    /** Whether a user may do something as or for a signer: by its name, or by its domain as in {@code kubernetes.io/*}. */
    static boolean allowed(Authorizer authorizer, UserInfo user, String verb, String signer) {
        int slash = signer.indexOf('/');
        String domain = slash < 0 ? signer : signer.substring(0, slash);
        return asked(authorizer, user, verb, signer) || asked(authorizer, user, verb, domain + "/*");
    }

    private static boolean asked(Authorizer authorizer, UserInfo user, String verb, String name) {
        return authorizer
                .authorize(new AuthorizationAttributes(user, verb, GROUP, "*", "signers", "", "", name, ""))
                .allowed();
    }
}
