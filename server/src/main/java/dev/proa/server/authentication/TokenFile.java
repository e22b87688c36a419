package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.TokenAuthenticator;
import dev.proa.server.auth.UserInfo;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokens of {@code --token-auth-file}: lines of {@code token,user,uid,"group1,group2"} (CSV, RFC 4180). The file is read once, as in Kubernetes.
 *
 * <p>Tokens are kept and looked up by a keyed digest, so that the time of a lookup tells nothing of them.
 */
public final class TokenFile implements TokenAuthenticator {
    private static final Logger LOG = LoggerFactory.getLogger(TokenFile.class);
    private static final long LARGEST = 16 << 20;

    private final Map<String, UserInfo> users;
    private final TokenDigest digest = new TokenDigest();
    /** Those of the tokens: others are not looked up, since most are of other kinds. */
    private final BitSet lengths = new BitSet();

    private TokenFile(Map<String, UserInfo> byToken) {
        users = new HashMap<>();
        byToken.forEach((token, user) -> {
            lengths.set(token.length());
            users.put(digest.of(token), user);
        });
    }

    /**
     * Reads the file.
     *
     * @throws UncheckedIOException when it cannot be read
     * @throws IllegalArgumentException when a line lacks columns or is no CSV; the message says where
     */
    public static TokenFile read(Path file) {
        try {
            if (Files.size(file) > LARGEST) {
                throw new IllegalArgumentException("token file '" + file + "' is larger than 16 MiB");
            }
            return new TokenFile(parse(file, Files.readString(file, StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the token file " + file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, UserInfo> parse(Path file, String text) {
        Map<String, UserInfo> users = new HashMap<>();
        int number = 0;
        for (List<String> columns : Csv.records(text)) {
            if (columns.size() < 3) {
                throw new IllegalArgumentException("token file '" + file
                        + "' must have at least 3 columns (token, user name, user uid), found " + columns.size());
            }
            number++;
            if (columns.getFirst().isEmpty()) {
                LOG.warn("empty token has been found in token file '{}', record number '{}'", file, number);
                continue;
            }
            List<String> groups =
                    columns.size() < 4 ? List.of() : List.of(columns.get(3).split(",", -1));
            UserInfo user = new UserInfo(columns.get(1), columns.get(2), groups, Map.of());
            if (users.put(columns.getFirst(), user) != null) {
                LOG.warn("duplicate token has been found in token file '{}', record number '{}'", file, number);
            }
        }
        return users;
    }

    @Override
    public Authentication authenticate(String token, List<String> audiences) {
        UserInfo user = find(token);
        return user == null ? Authentication.NO_OPINION : new Authentication.Authenticated(user);
    }

    private @Nullable UserInfo find(String token) {
        return lengths.get(token.length()) ? users.get(digest.of(token)) : null;
    }

    @Override
    public boolean mayBlock(String token) {
        return false;
    }

    @Override
    public boolean owns(String token) {
        return find(token) != null;
    }
}
