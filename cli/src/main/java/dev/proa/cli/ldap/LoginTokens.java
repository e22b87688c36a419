package dev.proa.cli.ldap;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Tokens that say who has logged in, until when: {@code proa-ldap.CLAIMS.SIGNATURE}, claims in JSON and an HMAC (SHA-256) over what comes before it,
 * both in base64url. They are no JWTs, so that no other authenticator takes them for its own. Safe for any thread.
 */
public final class LoginTokens {
    private static final String PREFIX = "proa-ldap.";
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int LONGEST = 4_096;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecretKeySpec key;
    private final Duration lifetime;
    private final InstantSource clock;

    /**
     * A token.
     *
     * @param expires in whole seconds
     */
    public record Token(String text, Instant expires) {
        /** Without the token itself. */
        @Override
        public String toString() {
            return "Token[expires=" + expires + "]";
        }
    }

    LoginTokens(byte[] key, Duration lifetime, InstantSource clock) {
        if (key.length < KEY_BYTES) {
            throw new IllegalArgumentException("the key of tokens must have at least " + KEY_BYTES + " bytes");
        }
        this.key = new SecretKeySpec(key, ALGORITHM);
        this.lifetime = lifetime;
        this.clock = clock;
    }

    /**
     * With the key in a file, which is made when it is not there.
     *
     * @throws IOException when it can be neither read nor made
     */
    public static LoginTokens open(LdapSettings.Tokens settings, InstantSource clock) throws IOException {
        Path file = settings.key();
        if (!Files.exists(file)) {
            byte[] made = new byte[KEY_BYTES];
            new SecureRandom().nextBytes(made);
            try (var out = Files.newByteChannel(
                    file,
                    Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
                out.write(java.nio.ByteBuffer.wrap(Base64.getEncoder().encode(made)));
            } catch (FileAlreadyExistsException e) {
                return open(settings, clock);
            }
        }
        try {
            byte[] key = Base64.getMimeDecoder().decode(Files.readString(file));
            return new LoginTokens(key, settings.lifetime(), clock);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " has no key of at least " + KEY_BYTES + " bytes in Base64", e);
        }
    }

    /** A new token of a user. */
    public Token of(Person person) {
        long now = clock.instant().getEpochSecond();
        long end = now + lifetime.toSeconds();
        String claims = ENCODER.encodeToString(
                Json.encode(MapValue.of("sub", person.login(), "uid", person.id(), "iat", now, "exp", end)));
        String signed = PREFIX + claims;
        return new Token(signed + "." + ENCODER.encodeToString(signature(signed)), Instant.ofEpochSecond(end));
    }

    /**
     * Who has logged in.
     *
     * @param id of the user at that time; empty for none
     */
    record Claims(String login, String id) {}

    /** @throws LoginException when it is no token of this key, or its time is over */
    Claims verify(String token) throws LoginException {
        int dot = token.lastIndexOf('.');
        if (token.length() > LONGEST || !token.startsWith(PREFIX) || dot < PREFIX.length()) {
            throw invalid("the token is not one of this webhook");
        }
        String signed = token.substring(0, dot);
        try {
            byte[] given = Base64.getUrlDecoder().decode(token.substring(dot + 1));
            if (!MessageDigest.isEqual(given, signature(signed))) {
                throw invalid("the token's signature is wrong");
            }
            MapValue claims = Json.decodeMap(Base64.getUrlDecoder().decode(signed.substring(PREFIX.length())));
            if (clock.instant().getEpochSecond() >= claims.integer("exp", 0)) {
                throw invalid("the token has expired");
            }
            return new Claims(claims.string("sub"), claims.string("uid"));
        } catch (IllegalArgumentException | DecodeException e) {
            throw invalid("the token cannot be read");
        }
    }

    private static LoginException invalid(String message) {
        return new LoginException(LoginException.Kind.WRONG, message);
    }

    private byte[] signature(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java makes no HMACs", e);
        }
    }
}
