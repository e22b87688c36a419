package dev.proa.server.authentication;

import dev.proa.server.auth.Authentication;
import dev.proa.server.auth.Authenticator;
import dev.proa.server.auth.Credentials;
import dev.proa.server.auth.RequestHeaders;
import dev.proa.server.auth.TokenAuthenticator;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates the handshakes of WebSockets by a token that is sent as one of their subprotocols, {@code
 * base64url.bearer.authorization.k8s.io.TOKEN}: a browser cannot set the header {@code Authorization}.
 */
public final class WebSocketTokenAuthenticator implements Authenticator {
    /** The header with the subprotocols. */
    public static final String HEADER = "Sec-WebSocket-Protocol";

    private static final String PREFIX = "base64url.bearer.authorization.k8s.io.";

    private final TokenAuthenticator tokens;

    public WebSocketTokenAuthenticator(TokenAuthenticator tokens) {
        this.tokens = tokens;
    }

    /**
     * What a handshake offers.
     *
     * @param token null when there is none
     * @param others the subprotocols but the token
     * @param problem why the token cannot be used; empty when it can
     */
    private record Offer(@Nullable String token, List<String> others, String problem) {}

    @Override
    public Authentication authenticate(Credentials credentials) {
        if (!isWebSocket(credentials.headers())) {
            return Authentication.NO_OPINION;
        }
        Offer offer = offer(credentials.headers());
        if (!offer.problem().isEmpty()) {
            return new Authentication.Invalid(offer.problem());
        }
        return offer.token() == null
                ? Authentication.NO_OPINION
                : BearerTokenAuthenticator.orInvalid(tokens.authenticate(offer.token(), credentials.audiences()));
    }

    @Override
    public boolean mayBlock(Credentials credentials) {
        if (!isWebSocket(credentials.headers())) {
            return false;
        }
        String token = offer(credentials.headers()).token();
        return token != null && tokens.mayBlock(token);
    }

    /** The subprotocols without tokens, for the header of who comes next; null when there is no token among them. */
    public static @Nullable String withoutToken(RequestHeaders headers) {
        List<String> offered = offered(headers);
        List<String> kept =
                offered.stream().filter(name -> !name.startsWith(PREFIX)).toList();
        return kept.size() == offered.size() ? null : String.join(",", kept);
    }

    private static Offer offer(RequestHeaders headers) {
        List<String> others = new ArrayList<>();
        String encoded = null;
        for (String name : offered(headers)) {
            if (!name.startsWith(PREFIX)) {
                others.add(name);
            } else if (encoded != null) {
                return new Offer(null, others, "multiple base64.bearer.authorization tokens specified");
            } else {
                encoded = name.substring(PREFIX.length());
            }
        }
        if (encoded == null) {
            return new Offer(null, others, "");
        }
        String token;
        try {
            token = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(Base64.getUrlDecoder().decode(encoded)))
                    .toString();
        } catch (IllegalArgumentException e) {
            return new Offer(null, others, "invalid base64.bearer.authorization token encoding");
        } catch (CharacterCodingException e) {
            return new Offer(null, others, "invalid base64.bearer.authorization token");
        }
        if (token.isEmpty()) {
            return new Offer(null, others, "");
        }
        return others.isEmpty()
                ? new Offer(null, others, "missing additional subprotocol")
                : new Offer(token, others, "");
    }

    private static List<String> offered(RequestHeaders headers) {
        List<String> names = new ArrayList<>();
        for (String line : headers.all(HEADER)) {
            for (String name : line.split(",", -1)) {
                names.add(name.strip());
            }
        }
        return names;
    }

    private static boolean isWebSocket(RequestHeaders headers) {
        String connection = headers.first("Connection");
        return "websocket".equalsIgnoreCase(headers.first("Upgrade"))
                && connection != null
                && connection.toLowerCase(Locale.ROOT).contains("upgrade");
    }
}
