package dev.proa.node.server;

import dev.proa.api.authentication.v1.TokenReview;
import dev.proa.api.authorization.v1.SubjectAccessReview;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Asks the API who a caller of a kubelet is (TokenReview) and what the caller may do with the node
 * (SubjectAccessReview). Answers are remembered for as long as kubelets do by default. Thread-safe.
 */
public final class AccessReviews {
    static final Duration TOKENS = Duration.ofMinutes(2);
    static final Duration ALLOWED = Duration.ofMinutes(5);
    static final Duration DENIED = Duration.ofSeconds(30);
    private static final int MOST_REMEMBERED = 1_000;

    private final Client client;
    private final String node;
    private final InstantSource clock;
    private final byte[] salt = new byte[32];
    private final Map<Object, Remembered> answers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Object, Remembered> eldest) {
            return size() > MOST_REMEMBERED;
        }
    };

    /** A caller. @param extra further facts, as in {@code status.user.extra} of a TokenReview */
    record User(String name, String uid, List<String> groups, MapValue extra) {}

    /** A token that was asked about. Only its digest is kept, so that no token stays in memory. */
    private record Token(String digest) {}

    private record Question(User user, String verb, String subresource) {}

    private record Remembered(@Nullable Object answer, Instant until) {}

    /**
     * @param client that acts as the node
     * @param node its name
     */
    public AccessReviews(Client client, String node, InstantSource clock) {
        this.client = client;
        this.node = node;
        this.clock = clock;
        new SecureRandom().nextBytes(salt);
    }

    /** The owner of a bearer token; null for none. Blocks. */
    @Nullable
    User authenticate(String token) {
        return (User) remembered(new Token(digest(token)), user -> TOKENS, () -> reviewToken(token));
    }

    /** Whether a user may do something with a subresource of the node, such as {@code proxy}. Blocks. */
    boolean allows(User user, String verb, String subresource) {
        Object allowed = remembered(
                new Question(user, verb, subresource),
                yes -> Boolean.TRUE.equals(yes) ? ALLOWED : DENIED,
                () -> reviewAccess(user, verb, subresource));
        return Boolean.TRUE.equals(allowed);
    }

    private String digest(String token) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(salt, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(token.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java has no HMAC with SHA-256", e);
        }
    }

    private @Nullable Object remembered(
            Object question, Function<@Nullable Object, Duration> time, Supplier<@Nullable Object> ask) {
        Instant now = clock.instant();
        synchronized (answers) {
            Remembered known = answers.get(question);
            if (known != null && now.isBefore(known.until)) {
                return known.answer;
            }
        }
        Object answer = ask.get();
        synchronized (answers) {
            answers.remove(question); // so that it becomes the youngest
            answers.put(question, new Remembered(answer, now.plus(time.apply(answer))));
        }
        return answer;
    }

    private @Nullable User reviewToken(String token) {
        MapValue status = client.resource(TokenReview.KIND)
                .create(new TokenReview(MapValue.of(
                        "apiVersion",
                        "authentication.k8s.io/v1",
                        "kind",
                        "TokenReview",
                        "spec",
                        MapValue.of("token", token))))
                .value()
                .map("status");
        if (!status.bool("authenticated")) {
            return null;
        }
        MapValue user = status.map("user");
        List<String> groups = new ArrayList<>();
        user.list("groups").forEach(group -> groups.add(String.valueOf(group)));
        return new User(user.string("username"), user.string("uid"), List.copyOf(groups), user.map("extra"));
    }

    private boolean reviewAccess(User user, String verb, String subresource) {
        MapValue spec = MapValue.of(
                "user",
                user.name,
                "groups",
                ListValue.copyOf(user.groups),
                "resourceAttributes",
                MapValue.of(
                        "verb", verb,
                        "version", "v1",
                        "resource", "nodes",
                        "subresource", subresource,
                        "name", node));
        if (!user.uid.isEmpty()) {
            spec = spec.with("uid", user.uid);
        }
        if (!user.extra.isEmpty()) {
            spec = spec.with("extra", user.extra);
        }
        return client.resource(SubjectAccessReview.KIND)
                .create(new SubjectAccessReview(MapValue.of(
                        "apiVersion", "authorization.k8s.io/v1", "kind", "SubjectAccessReview", "spec", spec)))
                .value()
                .map("status")
                .bool("allowed");
    }
}
