package dev.proa.cli.ldap;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.api.value.Times;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The webhook, over HTTPS. {@code POST /token-review} answers a TokenReview of {@code authentication.k8s.io}: whose token it is, with the groups that
 * the user has in the directory now. {@code POST /login} gives a token for a name and a password. Thread-safe.
 */
public final class LdapWebhook implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LdapWebhook.class);
    private static final int LONGEST_BODY = 64 << 10;
    private static final int MOST_REVIEWS = 32;
    private static final int MOST_LOGINS = 8;
    private static final String GROUP = "authentication.k8s.io/";
    private static final String SECONDS = "30";

    static {
        // Limits of the JDK's server, which reads them once. Those that are set already are kept.
        for (String limit : new String[] {"sun.net.httpserver.maxReqTime", "sun.net.httpserver.maxRspTime"}) {
            setIfAbsent(limit, SECONDS);
        }
        setIfAbsent("jdk.httpserver.maxConnections", "256");
    }

    private final Directory directory;
    private final LoginTokens tokens;
    private final FailedLogins failures;
    private final HttpsServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /** One for each path, so that those who guess passwords keep nobody's token from being reviewed. */
    private final Semaphore reviews = new Semaphore(MOST_REVIEWS);

    private final Semaphore logins = new Semaphore(MOST_LOGINS);

    /** An answer in JSON. */
    private record Answer(int code, MapValue body) {
        static Answer problem(int code, String message) {
            return new Answer(
                    code, MapValue.of("kind", "Status", "status", "Failure", "message", message, "code", code));
        }
    }

    /** What answers a path. */
    private record Handler(String path, Semaphore atOnce, Function<MapValue, Answer> answers) {}

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /**
     * Starts one.
     *
     * @param tls with the webhook's certificate
     * @throws UncheckedIOException when it cannot listen
     */
    public LdapWebhook(
            LdapSettings.Listener listener,
            SSLContext tls,
            Directory directory,
            LoginTokens tokens,
            InstantSource clock) {
        this.directory = directory;
        this.tokens = tokens;
        this.failures = new FailedLogins(clock);
        try {
            server = HttpsServer.create(new InetSocketAddress(listener.host(), listener.port()), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot listen on " + listener.host() + ":" + listener.port() + ": " + e.getMessage(), e);
        }
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        serve(new Handler("/token-review", reviews, this::review));
        serve(new Handler("/login", logins, this::login));
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void serve(Handler handler) {
        server.createContext(handler.path(), exchange -> handle(exchange, handler));
    }

    private static void handle(HttpExchange exchange, Handler handler) throws IOException {
        try (exchange) {
            Answer answer = answer(exchange, handler);
            byte[] body = Json.encode(answer.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            exchange.sendResponseHeaders(answer.code(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Answer answer(HttpExchange exchange, Handler handler) throws IOException {
        if (!exchange.getRequestURI().getPath().equals(handler.path())) {
            return Answer.problem(404, "there is no such path");
        }
        if (!exchange.getRequestMethod().equals("POST")) {
            return Answer.problem(405, "only POST is answered");
        }
        byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY + 1);
        if (body.length > LONGEST_BODY) {
            return Answer.problem(413, "the request is too large");
        }
        if (!handler.atOnce().tryAcquire()) {
            return Answer.problem(429, "too many requests");
        }
        try {
            return handler.answers().apply(Json.decodeMap(body));
        } catch (DecodeException e) {
            return Answer.problem(400, "the request is no JSON object");
        } catch (RuntimeException e) {
            LOG.error("A request for {} cannot be answered", handler.path(), e);
            return Answer.problem(500, "the request cannot be answered");
        } finally {
            handler.atOnce().release();
        }
    }

    private Answer review(MapValue review) {
        String version = review.string("apiVersion");
        if (!review.string("kind").equals("TokenReview")
                || !version.equals(GROUP + "v1") && !version.equals(GROUP + "v1beta1")) {
            return Answer.problem(400, "expected a TokenReview of " + GROUP + "v1");
        }
        try {
            LoginTokens.Claims claims = tokens.verify(review.map("spec").string("token"));
            Person person = directory.find(claims.login());
            if (!person.id().equals(claims.id())) {
                throw new LoginException(LoginException.Kind.WRONG, "the token's user is somebody else now");
            }
            return reviewed(version, MapValue.of("authenticated", true, "user", user(person)));
        } catch (LoginException e) {
            return e.kind() == LoginException.Kind.WRONG
                    ? reviewed(version, MapValue.of("authenticated", false, "error", String.valueOf(e.getMessage())))
                    : Answer.problem(500, String.valueOf(e.getMessage())); // API servers ask again
        }
    }

    private static Answer reviewed(String version, MapValue status) {
        return new Answer(200, MapValue.of("apiVersion", version, "kind", "TokenReview", "status", status));
    }

    private static MapValue user(Person person) {
        MapValue user = MapValue.of("username", person.name(), "groups", ListValue.copyOf(person.groups()));
        return person.id().isEmpty() ? user : user.with("uid", person.id());
    }

    private Answer login(MapValue request) {
        String login = request.string("username");
        try {
            Person person = directory.authenticate(login, request.string("password"), failures);
            LoginTokens.Token token = tokens.of(person);
            LOG.info("{} has logged in", person.name());
            return new Answer(
                    200,
                    MapValue.of(
                            "username",
                            person.name(),
                            "token",
                            token.text(),
                            "expirationTimestamp",
                            Times.format(token.expires())));
        } catch (LoginException e) {
            return switch (e.kind()) {
                case WRONG -> Answer.problem(401, String.valueOf(e.getMessage()));
                case TOO_MANY -> Answer.problem(429, String.valueOf(e.getMessage()));
                case UNAVAILABLE -> Answer.problem(503, String.valueOf(e.getMessage()));
            };
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
