package dev.proa.server.authentication;

import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tokens that live in secrets of type {@code kubernetes.io/service-account-token} and do not expire: valid as long as their secret has them. The day
 * on which one was used last is kept as a label of its secret (KEP-2799).
 */
final class LegacyTokens {
    static final String ISSUER = "kubernetes/serviceaccount";
    static final String LAST_USED = "kubernetes.io/legacy-token-last-used";
    static final String INVALID_SINCE = "kubernetes.io/legacy-token-invalid-since";

    private static final Logger LOG = LoggerFactory.getLogger(LegacyTokens.class);
    private static final String CLAIM = "kubernetes.io/serviceaccount/";
    private static final String ANNOTATION = "authentication.k8s.io/legacy-token";
    private static final String OLD_WAY =
            "Use tokens from the TokenRequest API or manually created secret-based tokens instead of auto-generated"
                    + " secret-based tokens.";

    private final TokenMetrics metrics;
    private volatile ServiceAccountTokens.Marker marker = (namespace, name, uid, day) -> {};

    LegacyTokens(TokenMetrics metrics) {
        this.metrics = metrics;
    }

    void markedBy(ServiceAccountTokens.Marker other) {
        marker = other;
    }

    /** The claims of the token of a secret. */
    static MapValue claims(MapValue account, MapValue secret) {
        MapValue metadata = account.map("metadata");
        String namespace = metadata.string("namespace");
        String name = metadata.string("name");
        return MapValue.of(
                "iss",
                ISSUER,
                CLAIM + "namespace",
                namespace,
                CLAIM + "secret.name",
                secret.map("metadata").string("name"),
                CLAIM + "service-account.name",
                name,
                CLAIM + "service-account.uid",
                metadata.string("uid"),
                "sub",
                ServiceAccountTokens.USER_PREFIX + namespace + ":" + name);
    }

    /** Whether the use of a token is going to be written down, which waits for the store. */
    boolean isToBeMarked(MapValue claims, Snapshot snapshot, Instant now) {
        StoredObject secret = snapshot.get(
                new Key("secrets", claims.string(CLAIM + "namespace"), claims.string(CLAIM + "secret.name")));
        return secret != null && isToBeMarked(secret, now);
    }

    private static boolean isToBeMarked(StoredObject secret, Instant now) {
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        String day = label(secret, LAST_USED);
        return !day.equals(today.toString()) && !day.equals(today.plusDays(1).toString());
    }

    private static String label(StoredObject object, String name) {
        return object.value().map("metadata").map("labels").string(name);
    }

    /** Whose token it is; its signature is verified already. */
    Authentication user(String token, MapValue claims, List<String> audiences, Snapshot snapshot, Instant now) {
        metrics.legacy.inc();
        String namespace = claims.string(CLAIM + "namespace");
        String secretName = claims.string(CLAIM + "secret.name");
        String name = claims.string(CLAIM + "service-account.name");
        String uid = claims.string(CLAIM + "service-account.uid");
        String problem = missing(claims, namespace, secretName, name, uid);
        if (!problem.isEmpty()) {
            return new Authentication.Invalid(problem);
        }
        StoredObject secret = snapshot.get(new Key("secrets", namespace, secretName));
        if (secret == null || BoundObjects.deletion(secret) != null) {
            return new Authentication.Invalid("Token has been invalidated");
        }
        if (!isIn(secret, token)) {
            return new Authentication.Invalid("Token does not match server's copy");
        }
        StoredObject account = snapshot.get(new Key("serviceaccounts", namespace, name));
        if (account == null) {
            return new Authentication.Invalid("serviceaccounts \"" + name + "\" not found");
        }
        if (BoundObjects.deletion(account) != null) {
            return new Authentication.Invalid("ServiceAccount " + namespace + "/" + name + " has been deleted");
        }
        if (!BoundObjects.uid(account).equals(uid)) {
            return new Authentication.Invalid(
                    "ServiceAccount UID (" + BoundObjects.uid(account) + ") does not match claim (" + uid + ")");
        }
        mark(secret, now);
        if (!label(secret, INVALID_SINCE).isEmpty()) {
            metrics.invalidated.inc();
            return new Authentication.Invalid("the token in secret " + namespace + "/" + secretName
                    + " for service account " + namespace + "/" + name
                    + " has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based"
                    + " tokens, or remove the '" + INVALID_SINCE
                    + "' label from the secret to temporarily allow use of this token");
        }
        boolean automatic = isNamedBy(account, secretName);
        (automatic ? metrics.automatic : metrics.manual).inc();
        Map<String, String> annotations = new HashMap<>();
        annotations.put(ANNOTATION, claims.string("sub"));
        annotations.put(ANNOTATION + (automatic ? "-autogenerated-secret" : "-manual-secret"), secretName);
        UserInfo user = new UserInfo(
                ServiceAccountTokens.USER_PREFIX + namespace + ":" + name,
                uid,
                ServiceAccountTokens.groups(namespace),
                Map.of());
        return new Authentication.Authenticated(user, audiences, annotations, automatic ? List.of(OLD_WAY) : List.of());
    }

    private static String missing(MapValue claims, String namespace, String secret, String name, String uid) {
        String subject = claims.string("sub");
        if (subject.isEmpty()) {
            return "sub claim is missing";
        } else if (namespace.isEmpty()) {
            return "namespace claim is missing";
        } else if (secret.isEmpty()) {
            return "secretName claim is missing";
        } else if (name.isEmpty()) {
            return "serviceAccountName claim is missing";
        } else if (uid.isEmpty()) {
            return "serviceAccountUID claim is missing";
        }
        return subject.equals(ServiceAccountTokens.USER_PREFIX + namespace + ":" + name) ? "" : "sub claim is invalid";
    }

    private static boolean isIn(StoredObject secret, String token) {
        try {
            return MessageDigest.isEqual(
                    Base64.getDecoder().decode(secret.value().map("data").string("token")),
                    token.getBytes(StandardCharsets.US_ASCII));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isNamedBy(StoredObject account, String secret) {
        for (Object reference : account.value().list("secrets")) {
            if (reference instanceof MapValue map && map.string("name").equals(secret)) {
                return true;
            }
        }
        return false;
    }

    /** A token is good even if its use cannot be written down. */
    private void mark(StoredObject secret, Instant now) {
        if (!isToBeMarked(secret, now)) {
            return;
        }
        try {
            marker.mark(
                    secret.key().namespace(),
                    secret.key().name(),
                    BoundObjects.uid(secret),
                    LocalDate.ofInstant(now, ZoneOffset.UTC));
        } catch (RuntimeException e) {
            LOG.error(
                    "Cannot label the legacy service account token {}/{} with its last use",
                    secret.key().namespace(),
                    secret.key().name(),
                    e);
        }
    }
}
