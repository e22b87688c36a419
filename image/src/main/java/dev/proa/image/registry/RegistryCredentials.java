package dev.proa.image.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What identifies a user to a registry: name and password, or a token of the registry's token server.
 *
 * @param identityToken is exchanged for access tokens (OAuth 2, {@code refresh_token}); empty for none
 */
public record RegistryCredentials(String user, String password, String identityToken) {

    /** User name and password. */
    public RegistryCredentials(String user, String password) {
        this(user, password, "");
    }

    /** The value of an {@code Authorization} header. */
    String basic() {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    /** Without what must be kept secret. */
    @Override
    public String toString() {
        return "RegistryCredentials[" + user + ", ***]";
    }
}
