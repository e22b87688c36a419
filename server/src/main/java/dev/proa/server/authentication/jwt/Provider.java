package dev.proa.server.authentication.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.GoText;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.text.ParseException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an issuer, found by its discovery document (OpenID Connect Discovery 1.0), and got again when a token has another one. Safe for any
 * thread but event loops: it blocks.
 */
final class Provider {
    private static final String WELL_KNOWN = "/.well-known/openid-configuration";
    /** So soon after it failed, discovery is not tried again. */
    private static final long RETRY = Duration.ofSeconds(10).toNanos();
    /** So soon after keys were got that were of no use, they are not got again: anybody can send tokens with unknown keys. */
    private static final long PAUSE = Duration.ofSeconds(1).toNanos();

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(3);

    private final String issuer;
    private final String discoveryUrl;
    private final IssuerClient client;
    private final JwtMetrics metrics;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile String keysUrl = "";
    private volatile List<JWK> keys = List.of();
    private String problem = "";
    private long failed;
    private boolean tried;
    private long useless;
    private boolean fetched;

    /** @param discoveryUrl where the document is; empty for below the issuer */
    Provider(String issuer, String discoveryUrl, IssuerClient client, JwtMetrics metrics, LongSupplier nanos) {
        this.issuer = issuer;
        this.discoveryUrl = discoveryUrl.isEmpty() ? withoutSlash(issuer) + WELL_KNOWN : discoveryUrl;
        this.client = client;
        this.metrics = metrics;
        this.nanos = nanos;
    }

    private static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** Why the issuer cannot be used; empty when it can. Discovers it first, unless that failed just now. */
    String problem() {
        if (!keysUrl.isEmpty()) {
            return "";
        }
        if (!locked()) {
            return "somebody else is discovering it";
        }
        try {
            if (keysUrl.isEmpty() && (!tried || nanos.getAsLong() - failed >= RETRY)) {
                try {
                    keysUrl = discover();
                    problem = "";
                } catch (IOException e) {
                    problem = String.valueOf(e.getMessage());
                    failed = nanos.getAsLong();
                    tried = true;
                }
            }
            return problem;
        } finally {
            lock.unlock();
        }
    }

    /** An issuer that hangs must not hold up everybody who sends a token that seems to be of it. */
    private boolean locked() {
        try {
            return lock.tryLock(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private String discover() throws IOException {
        HttpResponse<byte[]> answer = client.get(discoveryUrl, null);
        if (answer.statusCode() != 200) {
            throw new IOException(answer.statusCode() + " from " + discoveryUrl);
        }
        MapValue document;
        try {
            document = Json.decodeMap(answer.body());
        } catch (DecodeException e) {
            throw new IOException("oidc: failed to decode provider discovery object: " + e.getMessage(), e);
        }
        String named = document.string("issuer");
        if (!named.equals(issuer)) {
            throw new IOException("oidc: issuer did not match the issuer returned by provider, expected "
                    + GoText.quote(issuer) + " got " + GoText.quote(named));
        }
        String url = document.string("jwks_uri");
        if (url.isEmpty()) {
            throw new IOException("provider did not return JWKS URL");
        }
        return url;
    }

    /** What is wrong with the signature of a token; empty when nothing is. */
    String verify(JWSObject token) {
        if (isSigned(token, keys)) {
            return "";
        }
        if (!locked()) {
            return "fetching keys takes too long";
        }
        try {
            if (isSigned(token, keys)) {
                return ""; // somebody else got them meanwhile
            }
            if (!fetched || nanos.getAsLong() - useless >= PAUSE) {
                fetched = true;
                keys = fetch();
                if (isSigned(token, keys)) {
                    return "";
                }
                useless = nanos.getAsLong();
            }
            return "failed to verify id token signature";
        } catch (IOException e) {
            useless = nanos.getAsLong();
            return "fetching keys " + e.getMessage();
        } finally {
            lock.unlock();
        }
    }

    private List<JWK> fetch() throws IOException {
        boolean success = false;
        try {
            HttpResponse<byte[]> answer = client.get(keysUrl, null);
            if (answer.statusCode() != 200) {
                throw new IOException("oidc: get keys failed: " + answer.statusCode());
            }
            List<JWK> got = JWKSet.parse(new String(answer.body(), StandardCharsets.UTF_8))
                    .getKeys();
            metrics.fetched(issuer, answer.body());
            success = true;
            return List.copyOf(got);
        } catch (ParseException e) {
            throw new IOException("oidc: failed to decode keys: " + e.getMessage(), e);
        } finally {
            if (!success) {
                metrics.fetchFailed(issuer);
            }
        }
    }

    private static boolean isSigned(JWSObject token, List<JWK> keys) {
        String id = token.getHeader().getKeyID();
        List<JWK> candidates = new ArrayList<>();
        for (JWK key : keys) {
            if (key instanceof AsymmetricJWK
                    && !KeyUse.ENCRYPTION.equals(key.getKeyUse())
                    && (id == null || id.isEmpty() || id.equals(key.getKeyID()))) {
                candidates.add(key);
            }
        }
        return candidates.stream().anyMatch(key -> isSigned(token, key));
    }

    private static boolean isSigned(JWSObject token, JWK key) {
        try {
            @Nullable PublicKey open = ((AsymmetricJWK) key).toPublicKey();
            JWSVerifier verifier = new DefaultJWSVerifierFactory().createJWSVerifier(token.getHeader(), open);
            return token.verify(verifier);
        } catch (JOSEException e) {
            return false; // a key of another kind than the signature
        }
    }
}
