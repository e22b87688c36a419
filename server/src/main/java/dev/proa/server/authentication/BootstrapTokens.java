package dev.proa.server.authentication;

import dev.proa.api.value.MapValue;
import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import dev.proa.server.store.Key;
import dev.proa.server.store.Store;
import dev.proa.server.store.StoredObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bootstrap tokens, {@code ID.SECRET}, each in the secret {@code bootstrap-token-ID} of {@code kube-system}: new nodes join with them. The user is {@code
 * system:bootstrap:ID} in the group {@code system:bootstrappers}.
 */
public final class BootstrapTokens implements TokenAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(BootstrapTokens.class);
    private static final Pattern TOKEN = Pattern.compile("([a-z0-9]{6})\\.([a-z0-9]{16})");
    private static final Pattern GROUP = Pattern.compile("system:bootstrappers:[a-z0-9:-]{0,255}[a-z0-9]");
    private static final String TYPE = "bootstrap.kubernetes.io/token";

    private final Store store;
    private final InstantSource clock;

    public BootstrapTokens(Store store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        Matcher parts = TOKEN.matcher(token);
        if (!parts.matches()) {
            return Authentication.NO_OPINION;
        }
        String id = parts.group(1);
        StoredObject secret = store.snapshot().get(new Key("secrets", "kube-system", "bootstrap-token-" + id));
        if (secret == null) {
            return Authentication.NO_OPINION;
        }
        String problem = problem(secret.value(), id, parts.group(2));
        List<String> groups = problem.isEmpty() ? groups(secret.value()) : null;
        if (groups == null) {
            LOG.debug(
                    "Bootstrap secret kube-system/{} matching bearer token {}",
                    secret.key().name(),
                    problem.isEmpty() ? "has invalid value for key auth-extra-groups." : problem);
            return Authentication.NO_OPINION;
        }
        return new Authentication.Authenticated(new UserInfo("system:bootstrap:" + id, "", groups, Map.of()));
    }

    /** Why the token is not valid; empty when it is. */
    private String problem(MapValue secret, String id, String given) {
        if (secret.map("metadata").has("deletionTimestamp")) {
            return "is deleted and awaiting removal";
        }
        if (!secret.string("type").equals(TYPE)) {
            return "has invalid type, expected " + TYPE + ".";
        }
        if (!MessageDigest.isEqual(
                data(secret, "token-secret").getBytes(StandardCharsets.UTF_8),
                given.getBytes(StandardCharsets.UTF_8))) {
            return "has invalid value for key token-secret.";
        }
        if (!data(secret, "token-id").equals(id)) {
            return "has invalid value for key token-id.";
        }
        if (isExpired(data(secret, "expiration"))) {
            return "is expired";
        }
        return data(secret, "usage-bootstrap-authentication").equals("true")
                ? ""
                : "not marked usage-bootstrap-authentication=true.";
    }

    /** Also when its time cannot be read. */
    private boolean isExpired(String expiration) {
        if (expiration.isEmpty()) {
            return false;
        }
        try {
            return !clock.instant().isBefore(OffsetDateTime.parse(expiration).toInstant());
        } catch (DateTimeException e) {
            return true;
        }
    }

    /** The groups of the token's user, sorted; null when one is not a group of bootstrappers. */
    private static @Nullable List<String> groups(MapValue secret) {
        TreeSet<String> groups = new TreeSet<>();
        groups.add("system:bootstrappers");
        String more = data(secret, "auth-extra-groups");
        if (!more.isEmpty()) {
            for (String group : more.split(",", -1)) {
                if (!GROUP.matcher(group).matches()) {
                    return null;
                }
                groups.add(group);
            }
        }
        return new ArrayList<>(groups);
    }

    private static String data(MapValue secret, String key) {
        try {
            return new String(Base64.getDecoder().decode(secret.map("data").string(key)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    @Override
    public boolean mayBlock(String token) {
        return false;
    }
}
