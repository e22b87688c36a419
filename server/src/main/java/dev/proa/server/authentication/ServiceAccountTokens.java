package dev.proa.server.authentication;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.MessageDigest;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Issues and verifies the tokens of service accounts: JSON Web Tokens (RFC 7519) signed with ES256, with the claims of Kubernetes' bound tokens.
 *
 * <p>A token is valid only while its service account, and the pod, secret or node it is bound to, exists with the uid
 * that the token names: this is looked up with every use. Signatures are verified once per token and remembered.
 */
public final class ServiceAccountTokens implements TokenAuthenticator {
    /** Who issues tokens, and the audience of those that name no other. */
    public static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

    private static final String USER_PREFIX = "system:serviceaccount:";
    private static final int REMEMBERED = 4096;
    /** A clock may be this much ahead of the one that issued the token. */
    private static final Duration LEEWAY = Duration.ofSeconds(5);

    private final Store store;
    private final InstantSource clock;
    private final ECPublicKey publicKey;
    private final String keyId;
    private final ECDSASigner signer;
    private final ECDSAVerifier verifier;
    private final Map<String, MapValue> verified = new ConcurrentHashMap<>();

    public ServiceAccountTokens(KeyPair pair, Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
        this.publicKey = (ECPublicKey) pair.getPublic();
        try {
            this.keyId = Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(MessageDigest.getInstance("SHA-256").digest(publicKey.getEncoded()));
            this.signer = new ECDSASigner((ECPrivateKey) pair.getPrivate());
            this.verifier = new ECDSAVerifier(publicKey);
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalArgumentException("The service account key is not a P-256 key", e);
        }
    }

    /** An object that a token is bound to. */
    public record Bound(String kind, String name, String uid) {}

    /** A token and when it expires. */
    public record Issued(String token, Instant expiration) {}

    /**
     * Signs a token.
     *
     * @param account the ServiceAccount object
     * @param audiences whom the token is for; the API server when empty
     * @param bound the object besides the account with which the token becomes invalid, or null
     * @param node the node of the pod it is bound to, or null
     */
    public Issued issue(
            MapValue account, List<String> audiences, Duration validity, @Nullable Bound bound, @Nullable Bound node) {
        Instant now = Instant.ofEpochSecond(clock.instant().getEpochSecond());
        Instant expiration = now.plus(validity);
        MapValue metadata = account.map("metadata");
        String namespace = metadata.string("namespace");
        String name = metadata.string("name");
        MapValue.Builder kubernetes = MapValue.builder()
                .put("namespace", namespace)
                .put("serviceaccount", MapValue.of("name", name, "uid", metadata.string("uid")));
        if (bound != null) {
            kubernetes.put(bound.kind().toLowerCase(java.util.Locale.ROOT), reference(bound));
        }
        if (node != null) {
            kubernetes.put("node", reference(node));
        }
        MapValue claims = MapValue.of(
                "aud", ListValue.copyOf(audiences.isEmpty() ? List.of(ISSUER) : audiences),
                "exp", expiration.getEpochSecond(),
                "iat", now.getEpochSecond(),
                "iss", ISSUER,
                "jti", UUID.randomUUID().toString(),
                "kubernetes.io", kubernetes.build(),
                "nbf", now.getEpochSecond(),
                "sub", USER_PREFIX + namespace + ":" + name);
        JWSObject token = new JWSObject(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(keyId).build(), new Payload(Json.encode(claims)));
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("The service account key cannot sign", e);
        }
        return new Issued(token.serialize(), expiration);
    }

    private static MapValue reference(Bound bound) {
        return MapValue.of("name", bound.name(), "uid", bound.uid());
    }

    /** Whom a token speaks for, and for which of the wanted audiences. */
    public record Verified(UserInfo user, List<String> audiences) {}

    /**
     * Verifies a token.
     *
     * @param audiences those of which the token must be for one
     * @return null when it is not valid: malformed, of another issuer, expired, for another audience, or bound to what is gone
     */
    public @Nullable Verified verify(String token, List<String> audiences) {
        MapValue claims = claims(token);
        if (claims == null || !ISSUER.equals(claims.string("iss"))) {
            return null;
        }
        Instant now = clock.instant();
        if (now.getEpochSecond() >= claims.integer("exp", 0)
                || now.plus(LEEWAY).getEpochSecond() < claims.integer("nbf", 0)) {
            return null;
        }
        List<String> shared = new ArrayList<>();
        for (Object audience : claims.list("aud")) {
            if (audience instanceof String name && audiences.contains(name)) {
                shared.add(name);
            }
        }
        if (shared.isEmpty()) {
            return null;
        }
        UserInfo user = user(claims);
        return user == null ? null : new Verified(user, shared);
    }

    @Override
    public @Nullable UserInfo authenticate(String token) {
        Verified valid = verify(token, List.of(ISSUER));
        return valid == null ? null : valid.user();
    }

    /** To verify the signature of a token that was not seen before takes half a millisecond. */
    @Override
    public boolean mayBlock(String token) {
        return !verified.containsKey(token);
    }

    private @Nullable MapValue claims(String token) {
        MapValue known = verified.get(token);
        if (known != null) {
            return known;
        }
        try {
            JWSObject parsed = JWSObject.parse(token);
            if (!JWSAlgorithm.ES256.equals(parsed.getHeader().getAlgorithm()) || !parsed.verify(verifier)) {
                return null;
            }
            MapValue claims = Json.decodeMap(parsed.getPayload().toBytes());
            if (verified.size() >= REMEMBERED) {
                verified.clear();
            }
            verified.put(token, claims);
            return claims;
        } catch (ParseException | JOSEException | DecodeException e) {
            // Whatever this is, it is not one of our tokens.
            return null;
        }
    }

    private @Nullable UserInfo user(MapValue claims) {
        MapValue kubernetes = claims.map("kubernetes.io");
        String namespace = kubernetes.string("namespace");
        MapValue account = kubernetes.map("serviceaccount");
        Snapshot snapshot = store.snapshot();
        if (!exists(snapshot, "serviceaccounts", namespace, account)) {
            return null;
        }
        MapValue pod = kubernetes.map("pod");
        MapValue secret = kubernetes.map("secret");
        MapValue node = kubernetes.map("node");
        if (!pod.isEmpty() && !exists(snapshot, "pods", namespace, pod)
                || !secret.isEmpty() && !exists(snapshot, "secrets", namespace, secret)
                || !node.isEmpty() && pod.isEmpty() && !exists(snapshot, "nodes", "", node)) {
            return null;
        }
        Map<String, List<String>> extra = new java.util.TreeMap<>();
        extra.put(UserInfo.CREDENTIAL, List.of("JTI=" + claims.string("jti")));
        putReference(extra, "pod", pod);
        putReference(extra, "node", node);
        return new UserInfo(
                USER_PREFIX + namespace + ":" + account.string("name"),
                account.string("uid"),
                List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, UserInfo.AUTHENTICATED),
                extra);
    }

    private static void putReference(Map<String, List<String>> extra, String kind, MapValue reference) {
        if (!reference.isEmpty()) {
            extra.put("authentication.kubernetes.io/" + kind + "-name", List.of(reference.string("name")));
            extra.put("authentication.kubernetes.io/" + kind + "-uid", List.of(reference.string("uid")));
        }
    }

    private static boolean exists(Snapshot snapshot, String resource, String namespace, MapValue reference) {
        StoredObject object = snapshot.get(new Key(resource, namespace, reference.string("name")));
        return object != null && object.value().map("metadata").string("uid").equals(reference.string("uid"));
    }

    /** The public key as a JSON Web Key Set (RFC 7517), as {@code /openid/v1/jwks} gives it. */
    public byte[] keySet() {
        Map<String, Object> key = new ECKey.Builder(Curve.P_256, publicKey)
                .keyID(keyId)
                .keyUse(com.nimbusds.jose.jwk.KeyUse.SIGNATURE)
                .algorithm(JWSAlgorithm.ES256)
                .build()
                .toJSONObject();
        return Json.encode(MapValue.of("keys", ListValue.of(MapValue.copyOf(key))));
    }

    /** The OpenID Connect discovery document, as {@code /.well-known/openid-configuration} gives it. */
    public static byte[] discovery(String serverAddress) {
        return Json.encode(MapValue.of(
                "id_token_signing_alg_values_supported", ListValue.of("ES256"),
                "issuer", ISSUER,
                "jwks_uri", serverAddress + "/openid/v1/jwks",
                "response_types_supported", ListValue.of("id_token"),
                "subject_types_supported", ListValue.of("public")));
    }
}
