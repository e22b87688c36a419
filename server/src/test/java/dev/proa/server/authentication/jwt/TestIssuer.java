package dev.proa.server.authentication.jwt;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.pki.CertificateAndKey;
import dev.proa.server.pki.Pki;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** An OpenID Connect issuer on loopback, by HTTPS. */
public final class TestIssuer implements AutoCloseable {
    private final HttpsServer server;
    private final String authority;
    private final Map<String, String> more = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile ECKey key = newKey("first");
    private volatile boolean down;
    private volatile String keysUrl = "";

    public TestIssuer() throws IOException, GeneralSecurityException {
        Pki pki = Pki.inMemory(Clock.systemUTC());
        authority = pki.authorityPem();
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context(pki.server(List.of()))));
        server.createContext("/", this::answer);
        server.setExecutor(task -> Thread.ofVirtual().start(task));
        server.start();
    }

    private static SSLContext context(CertificateAndKey pair) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("server", pair.key(), new char[0], new Certificate[] {pair.certificate()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    public static ECKey newKey(String id) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(path);
        String body = switch (path) {
            case "/.well-known/openid-configuration" ->
                "{\"issuer\":\"" + url() + "\",\"jwks_uri\":\"" + (keysUrl.isEmpty() ? url() + "/keys" : keysUrl)
                        + "\"}";
            case "/keys" -> new JWKSet(key.toPublicJWK()).toString();
            default -> more.getOrDefault(path, "");
        };
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(down || bytes.length == 0 ? 503 : 200, down ? -1 : bytes.length);
        if (!down) {
            exchange.getResponseBody().write(bytes);
        }
        exchange.close();
    }

    /** Its name, which is where it is. */
    public String url() {
        return "https://localhost:" + server.getAddress().getPort();
    }

    /** The authority of its certificate in PEM. */
    public String authority() {
        return authority;
    }

    /** Signs with another key from now on. */
    public void rotate(String id) {
        key = newKey(id);
    }

    public ECKey key() {
        return key;
    }

    /** Says in its discovery document that its keys are elsewhere. */
    void keysAt(String url) {
        keysUrl = url;
    }

    void down(boolean now) {
        down = now;
    }

    /** Also answers with a document at a path. */
    void also(String path, String document) {
        more.put(path, document);
    }

    /** How often a path was asked for. */
    long asked(String path) {
        return asked.stream().filter(path::equals).count();
    }

    /** The usual claims of a token. */
    public MapValue claims(String subject) {
        long now = Instant.now().getEpochSecond();
        return MapValue.of(
                "aud", "proa", "exp", now + 600, "iat", now, "iss", url(), "jti", "id-" + subject, "sub", subject);
    }

    public String sign(MapValue claims) {
        return sign(claims, key);
    }

    static String sign(MapValue claims, ECKey with) {
        try {
            JWSObject token = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .keyID(with.getKeyID())
                            .build(),
                    new Payload(Json.encode(claims)));
            token.sign(new ECDSASigner(with));
            return token.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
