package dev.proa.server.authentication;

import dev.proa.server.authentication.jwt.JwtAuthenticators;
import dev.proa.server.authentication.webhook.TokenReviewWebhook;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * By what credentials requests are authenticated, as the flags of kube-apiserver say.
 *
 * @param clientCaFile further authorities of client certificates, in PEM ({@code --client-ca-file})
 * @param requestHeaderCaFile authorities of front proxies in place of the cluster's own ({@code --requestheader-client-ca-file})
 * @param requestHeaders how front proxies speak
 * @param anonymous whether requests without credentials are served; empty when no flag says so
 * @param issuers tokens of issuers outside of the cluster ({@code --authentication-config}, {@code --oidc-*})
 * @param webhook tokens that a webhook knows ({@code --authentication-token-webhook-*})
 * @param bootstrapTokens whether bootstrap tokens count ({@code --enable-bootstrap-token-auth}, which is on by default here, as kubeadm sets it)
 * @param tokenFile static tokens ({@code --token-auth-file})
 * @param accounts service account tokens
 * @param signingKeyFile the key of service account tokens in place of the cluster's own ({@code --service-account-signing-key-file})
 * @param keyFiles keys whose service account tokens count too ({@code --service-account-key-file})
 */
public record AuthenticationOptions(
        Optional<Path> clientCaFile,
        Optional<Path> requestHeaderCaFile,
        RequestHeaderOptions requestHeaders,
        Optional<Boolean> anonymous,
        JwtAuthenticators.Settings issuers,
        Optional<TokenReviewWebhook.Settings> webhook,
        boolean bootstrapTokens,
        Optional<Path> tokenFile,
        ServiceAccountSettings accounts,
        Optional<Path> signingKeyFile,
        List<Path> keyFiles) {
    /** For how long users of tokens are remembered whom something remote knows, as in kube-apiserver. */
    static final Duration TOKENS_KEPT = Duration.ofSeconds(10);

    public AuthenticationOptions {
        keyFiles = List.copyOf(keyFiles);
    }
}
