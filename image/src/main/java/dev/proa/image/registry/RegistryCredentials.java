package dev.proa.image.registry;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** User name and password for a registry. */
public record RegistryCredentials(String user, String password) {

    /** The value of an {@code Authorization} header. */
    String basic() {
        byte[] pair = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Override
    public String toString() {
        return "RegistryCredentials[" + user + ", ***]";
    }
}
