package dev.proa.server.authentication;

import com.nimbusds.jose.JWSObject;
import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Snapshot;
import dev.proa.server.store.Store;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.security.KeyPair;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Issues and verifies the tokens of service accounts: JSON Web Tokens (RFC 7519) with the claims of Kubernetes' bound tokens (KEP-1205), and the legacy
 * ones in secrets.
 *
 * <p>A token is valid only while its service account, and the pod, secret or node it is bound to, exists with the uid
 * that the token names: this is looked up with every use. Signatures are verified once per token and remembered.
 */
public final class ServiceAccountTokens implements TokenAuthenticator {
    /** Who issues tokens, and the audience of those that name no other, as long as no flag says otherwise. */
    public static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

    /** For how long tokens are asked for that admission puts into pods; they live longer, and are reported after this. */
    public static final Duration WARN_AFTER = Duration.ofSeconds(3607);

    static final String USER_PREFIX = "system:serviceaccount:";
    private static final Duration EXTENDED = Duration.ofDays(365);
    private static final int REMEMBERED = 4096;

    private final Store store;
    private final InstantSource clock;
    private final ServiceAccountKeys keys;
    private final ServiceAccountSettings settings;
    private final TokenMetrics metrics;
    private final LegacyTokens legacy;
    private final Map<String, MapValue> verified = new ConcurrentHashMap<>();

    public ServiceAccountTokens(
            ServiceAccountKeys keys,
            ServiceAccountSettings settings,
            Store store,
            InstantSource clock,
            PrometheusRegistry registry) {
        this.keys = keys;
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        this.metrics = new TokenMetrics(registry);
        this.legacy = new LegacyTokens(metrics);
    }

    /** With one key and the usual settings. */
    public ServiceAccountTokens(KeyPair pair, Store store, InstantSource clock) {
        this(
                new ServiceAccountKeys(pair, List.of()),
                ServiceAccountSettings.STANDARD,
                store,
                clock,
                new PrometheusRegistry());
    }

    /** Writes on which day the token of a secret was used. */
    @FunctionalInterface
    public interface Marker {
        /** Sets the label of a secret, if it has this uid still. Waits until that is done. */
        void mark(String namespace, String name, String uid, LocalDate day);
    }

    /** Has the uses of tokens in secrets written down. */
    public void markedBy(Marker marker) {
        legacy.markedBy(marker);
    }

    public ServiceAccountSettings settings() {
        return settings;
    }

    /** An object that a token is bound to. */
    public record Bound(String kind, String name, String uid) {}

    /**
     * A token.
     *
     * @param expiration when it is to be replaced; it may be valid for longer
     * @param credential what it is called in the audit log
     */
    public record Issued(String token, Instant expiration, String credential) {
        /** Without the token. */
        @Override
        public String toString() {
            return "Issued[" + credential + ", " + expiration + "]";
        }
    }

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
        List<String> forWhom = audiences.isEmpty() ? settings.audiences() : audiences;
        boolean extended = settings.extendExpiration()
                && bound != null
                && bound.kind().equals("Pod")
                && validity.equals(WARN_AFTER)
                && settings.audiences().containsAll(forWhom);
        MapValue metadata = account.map("metadata");
        String namespace = metadata.string("namespace");
        String name = metadata.string("name");
        MapValue.Builder kubernetes = MapValue.builder()
                .put("namespace", namespace)
                .put("serviceaccount", MapValue.of("name", name, "uid", metadata.string("uid")));
        if (bound != null) {
            kubernetes.put(bound.kind().toLowerCase(Locale.ROOT), reference(bound));
        }
        if (node != null) {
            kubernetes.put("node", reference(node));
        }
        if (extended) {
            kubernetes.put("warnafter", now.plus(validity).getEpochSecond());
        }
        String id = UUID.randomUUID().toString();
        MapValue claims = MapValue.of(
                "aud", ListValue.copyOf(forWhom),
                "exp", now.plus(extended ? EXTENDED : validity).getEpochSecond(),
                "iat", now.getEpochSecond(),
                "iss", settings.issuers().getFirst(),
                "jti", id,
                "kubernetes.io", kubernetes.build(),
                "nbf", now.getEpochSecond(),
                "sub", USER_PREFIX + namespace + ":" + name);
        return new Issued(keys.sign(Json.encode(claims)), now.plus(validity), "JTI=" + id);
    }

    private static MapValue reference(Bound bound) {
        return bound.uid().isEmpty()
                ? MapValue.of("name", bound.name())
                : MapValue.of("name", bound.name(), "uid", bound.uid());
    }

    /** Signs the token of a secret, which does not expire. */
    public String issueLegacy(MapValue account, MapValue secret) {
        return keys.sign(Json.encode(LegacyTokens.claims(account, secret)));
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        MapValue claims = verified.get(token);
        if (claims == null) {
            JWSObject parsed = ours(token);
            if (parsed == null) {
                return Authentication.NO_OPINION;
            }
            String problem = keys.verify(parsed);
            if (!problem.isEmpty()) {
                return new Authentication.Invalid(problem);
            }
            claims = Json.decodeMap(parsed.getPayload().toBytes());
            if (verified.size() >= REMEMBERED) {
                verified.clear();
            }
            verified.put(token, claims);
        }
        return authenticate(token, claims, audiences);
    }

    /** A token of one of our issuers, as it says; null for any other. */
    private @Nullable JWSObject ours(String token) {
        if (!isJwt(token)) {
            return null;
        }
        try {
            JWSObject parsed = JWSObject.parse(token);
            return isIssuer(Json.decodeMap(parsed.getPayload().toBytes()).string("iss")) ? parsed : null;
        } catch (ParseException | DecodeException e) {
            // Whatever this is, it is not one of our tokens.
            return null;
        }
    }

    /** Whether a token has three parts, as a signed JSON Web Token has. */
    static boolean isJwt(String token) {
        int dots = 0;
        for (int i = token.indexOf('.'); i >= 0; i = token.indexOf('.', i + 1)) {
            dots++;
        }
        return dots == 2;
    }

    private boolean isIssuer(String issuer) {
        return issuer.equals(LegacyTokens.ISSUER) || settings.issuers().contains(issuer);
    }

    private Authentication authenticate(String token, MapValue claims, List<String> audiences) {
        Instant now = clock.instant();
        List<String> own = audiences(claims);
        List<String> shared = new ArrayList<>(own);
        shared.retainAll(audiences);
        if (shared.isEmpty()) {
            return new Authentication.Invalid(
                    "token audiences " + quoted(own) + " is invalid for the target audiences " + quoted(audiences));
        }
        Snapshot snapshot = store.snapshot();
        if (isLegacy(claims)) {
            return legacy.user(token, claims, shared, snapshot, now);
        }
        String problem = outOfTime(claims, now);
        MapValue kubernetes = claims.map("kubernetes.io");
        if (problem.isEmpty()) {
            problem = BoundObjects.problem(snapshot, kubernetes, now);
        }
        return problem.isEmpty()
                ? new Authentication.Authenticated(
                        user(claims, kubernetes), shared, annotations(claims, kubernetes, now), List.of())
                : new Authentication.Invalid(problem);
    }

    private static boolean isLegacy(MapValue claims) {
        return claims.string("iss").equals(LegacyTokens.ISSUER);
    }

    /** Whom a token is for; one that does not say so is for the API server. */
    private List<String> audiences(MapValue claims) {
        List<String> names = new ArrayList<>();
        if (claims.get("aud") instanceof String only) {
            names.add(only);
        }
        for (Object audience : claims.list("aud")) {
            if (audience instanceof String name) {
                names.add(name);
            }
        }
        return names.isEmpty() ? settings.audiences() : names;
    }

    static String quoted(List<String> names) {
        List<String> quoted = names.stream().map(GoText::quote).toList();
        return "[" + String.join(" ", quoted) + "]";
    }

    private static String outOfTime(MapValue claims, Instant now) {
        long seconds = now.getEpochSecond();
        long leeway = BoundObjects.LEEWAY.toSeconds();
        if (seconds - leeway >= claims.integer("exp", 0)) {
            return "service account token has expired";
        } else if (seconds + leeway < claims.integer("nbf", 0)) {
            return "service account token is not valid yet";
        } else if (seconds + leeway < claims.integer("iat", 0)) {
            return "service account token is issued in the future";
        }
        return "";
    }

    private Map<String, String> annotations(MapValue claims, MapValue kubernetes, Instant now) {
        Map<String, String> annotations = new HashMap<>(0);
        if (claims.list("aud").isEmpty()) {
            annotations.put("authentication.k8s.io/legacy-token", claims.string("sub"));
            metrics.legacy.inc();
        }
        long warnAfter = kubernetes.integer("warnafter", 0);
        if (warnAfter != 0) {
            long late = now.getEpochSecond() - warnAfter;
            (late > 0 ? metrics.stale : metrics.valid).inc();
            if (late > 0) {
                annotations.put(
                        "authentication.k8s.io/stale-token",
                        "subject: " + claims.string("sub") + ", seconds after warning threshold: " + late);
            }
        }
        return annotations;
    }

    /** To verify the signature of a token that was not seen before takes half a millisecond. */
    @Override
    public boolean mayBlock(String token) {
        MapValue claims = verified.get(token);
        return claims == null
                ? isJwt(token)
                : isLegacy(claims) && legacy.isToBeMarked(claims, store.snapshot(), clock.instant());
    }

    /** A token with our signature is ours whatever becomes of it. */
    @Override
    public boolean owns(String token) {
        return verified.containsKey(token);
    }

    static List<String> groups(String namespace) {
        return List.of("system:serviceaccounts", "system:serviceaccounts:" + namespace, UserInfo.AUTHENTICATED);
    }

    private static UserInfo user(MapValue claims, MapValue kubernetes) {
        String namespace = kubernetes.string("namespace");
        MapValue account = kubernetes.map("serviceaccount");
        Map<String, List<String>> extra = new TreeMap<>();
        if (!claims.string("jti").isEmpty()) {
            extra.put(UserInfo.CREDENTIAL, List.of("JTI=" + claims.string("jti")));
        }
        putReference(extra, "pod", kubernetes.map("pod"));
        putReference(extra, "node", kubernetes.map("node"));
        return new UserInfo(
                USER_PREFIX + namespace + ":" + account.string("name"),
                account.string("uid"),
                groups(namespace),
                extra);
    }

    private static void putReference(Map<String, List<String>> extra, String kind, MapValue reference) {
        if (!reference.isEmpty()) {
            extra.put("authentication.kubernetes.io/" + kind + "-name", List.of(reference.string("name")));
            if (!reference.string("uid").isEmpty()) {
                extra.put("authentication.kubernetes.io/" + kind + "-uid", List.of(reference.string("uid")));
            }
        }
    }

    /** Whether others can find the keys by the issuer's name: it has to be a URL by HTTPS without query and fragment (OpenID Connect Discovery). */
    public boolean isDiscoverable() {
        String issuer = settings.issuers().getFirst();
        return issuer.startsWith("https://") && issuer.indexOf('?') < 0 && issuer.indexOf('#') < 0;
    }

    /** The public keys as a JSON Web Key Set (RFC 7517), as {@code /openid/v1/jwks} gives it. */
    public byte[] keySet() {
        return Json.encode(keys.keySet());
    }

    /**
     * The OpenID Connect discovery document, as {@code /.well-known/openid-configuration} gives it.
     *
     * @param serverAddress where this server serves the keys, unless a flag says where they are
     */
    public byte[] discovery(String serverAddress) {
        return Json.encode(MapValue.of(
                "id_token_signing_alg_values_supported",
                ListValue.copyOf(keys.algorithms()),
                "issuer",
                settings.issuers().getFirst(),
                "jwks_uri",
                settings.jwksUri().isEmpty() ? serverAddress + "/openid/v1/jwks" : settings.jwksUri(),
                "response_types_supported",
                ListValue.of("id_token"),
                "subject_types_supported",
                ListValue.of("public")));
    }
}
