package dev.proa.node.kubelet.container;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.core.v1.Secret;
import dev.proa.api.value.MapValue;
import dev.proa.api.view.Views;
import dev.proa.node.cri.ImageService.Credentials;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Credentials in image pull secrets, by the registries and paths that they are for. The rules are those of the kubelet's keyring: a key is a
 * host with an optional port and path, whose labels may have {@code *} and {@code ?}; the more specific keys come first.
 */
final class PullSecrets {
    private static final String DOCKER_HUB = "index.docker.io";

    private final TreeMap<String, List<Credential>> byKey = new TreeMap<>(Comparator.reverseOrder());

    /**
     * Credentials with their origin.
     *
     * @param secret the Secret they are from, as {@code UID/namespace/name}
     * @param hash of user and password
     */
    record Credential(Credentials credentials, String secret, String hash) {
        static Credential of(Credentials credentials, String secret) {
            try {
                byte[] both = (credentials.user() + "\0" + credentials.password()).getBytes(StandardCharsets.UTF_8);
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(both);
                return new Credential(credentials, secret, HexFormat.of().formatHex(hash));
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every Java has SHA-256", e);
            }
        }
    }

    /**
     * Reads secrets; those of other types are passed over.
     *
     * @throws IllegalArgumentException when one of them is malformed
     */
    PullSecrets(List<Secret> secrets) {
        for (Secret secret : secrets) {
            String origin = secret.uid() + "/" + secret.namespace() + "/" + secret.name();
            for (var entry : logins(secret)) {
                if (entry.getValue() instanceof MapValue login) {
                    byKey.computeIfAbsent(key(entry.getKey()), added -> new ArrayList<>())
                            .add(Credential.of(credentials(login, secret.name()), origin));
                }
            }
        }
    }

    private static MapValue logins(Secret secret) {
        MapValue data = secret.value().map("data");
        String type = secret.value().string("type");
        try {
            if (type.equals("kubernetes.io/dockerconfigjson") && data.has(".dockerconfigjson")) {
                return Json.decodeMap(Views.bytes(data.get(".dockerconfigjson")))
                        .map("auths");
            }
            if (type.equals("kubernetes.io/dockercfg") && data.has(".dockercfg")) {
                return Json.decodeMap(Views.bytes(data.get(".dockercfg")));
            }
            return MapValue.EMPTY;
        } catch (DecodeException e) {
            // Without the cause, which may quote a password.
            throw new IllegalArgumentException("image pull secret " + secret.name() + " is not valid JSON");
        }
    }

    private static String key(String location) {
        String bare = location.replaceFirst("^https?://", "");
        int slash = bare.indexOf('/');
        String path = slash < 0 ? "" : bare.substring(slash);
        if (path.startsWith("/v1/") || path.startsWith("/v2/")) {
            path = path.substring("/v1".length());
        }
        return (slash < 0 ? bare : bare.substring(0, slash)) + (path.equals("/") ? "" : path);
    }

    private static Credentials credentials(MapValue login, String secret) {
        String pair = login.string("auth");
        if (pair.isEmpty()) {
            return new Credentials(login.string("username"), login.string("password"));
        }
        try {
            String both = new String(Base64.getDecoder().decode(pair.strip()), StandardCharsets.UTF_8);
            int colon = both.indexOf(':');
            if (colon >= 0) {
                return new Credentials(both.substring(0, colon), both.substring(colon + 1));
            }
        } catch (IllegalArgumentException e) {
            // As below, and without the cause, which quotes parts of it.
        }
        throw new IllegalArgumentException(
                "image pull secret " + secret + ": auth has to be user:password encoded in base64");
    }

    /**
     * The credentials that may be for an image, the most specific first.
     *
     * @param name with its registry and without tag and digest, as in {@code docker.io/library/nginx}
     */
    List<Credential> of(String name) {
        List<Credential> found = new ArrayList<>();
        byKey.forEach((key, credentials) -> {
            if (matches(key, name)) {
                found.addAll(credentials);
            }
        });
        return found.isEmpty() && name.startsWith("docker.io/") ? byKey.getOrDefault(DOCKER_HUB, List.of()) : found;
    }

    private static boolean matches(String key, String name) {
        int keySlash = key.indexOf('/');
        int nameSlash = name.indexOf('/');
        String path = keySlash < 0 ? "" : key.substring(keySlash);
        if (!name.substring(nameSlash).startsWith(path)) {
            return false;
        }
        StringBuilder host = new StringBuilder();
        for (char c : (keySlash < 0 ? key : key.substring(0, keySlash)).toCharArray()) {
            host.append(c == '*' ? "[^.:]*" : c == '?' ? "[^.:]" : Pattern.quote(String.valueOf(c)));
        }
        return name.substring(0, nameSlash).matches(host.toString());
    }
}
