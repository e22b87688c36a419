package dev.proa.server.webhook;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * How the API server proves to a webhook who it is, and how strictly it looks at the webhook's certificate.
 *
 * @param serverName the name expected in the webhook's certificate; empty for the host of its URL
 * @param insecure whether any certificate will do
 * @param certificate of the API server, in PEM; empty for none
 * @param key of the certificate, in PEM
 * @param token a bearer token; empty for none
 * @param tokenFile has the token, is read at every call, and goes before {@code token}; null for none
 * @param userName for basic authentication; empty for none
 */
public record Access(
        String serverName,
        boolean insecure,
        String certificate,
        String key,
        String token,
        @Nullable Path tokenFile,
        String userName,
        String password) {
    /** Without any credentials. */
    public static final Access NONE = new Access("", false, "", "", "", null, "", "");

    /** The header {@code Authorization}; empty for none. */
    String authorization() {
        if (tokenFile != null) {
            try {
                return bearer(Files.readString(tokenFile).strip(), "in " + tokenFile);
            } catch (IOException e) {
                throw new WebhookCallException("unable to read token file " + tokenFile + ": " + e.getMessage());
            }
        }
        if (!token.isEmpty()) {
            return bearer(token, "in the kubeconfig");
        }
        return userName.isEmpty()
                ? ""
                : "Basic "
                        + Base64.getEncoder()
                                .encodeToString((userName + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** Refuses what can stand in no header; whoever made the header would say it, secret and all. */
    private static String bearer(String token, String where) {
        if (token.isEmpty() || token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            throw new WebhookCallException("the token " + where + " is empty or has characters that no token has");
        }
        return "Bearer " + token;
    }

    /** Without any secret. */
    @Override
    public String toString() {
        return "Access[serverName=" + serverName + ", insecure=" + insecure + "]";
    }
}
