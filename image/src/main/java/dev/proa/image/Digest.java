package dev.proa.image;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A content digest, {@code sha256:<hex>}.
 *
 * @param algorithm {@code sha256}, {@code sha384} or {@code sha512}; what Proa makes is always sha256
 * @param hex lower-case hexadecimal digits, as many as the algorithm gives
 */
public record Digest(String algorithm, String hex) implements Comparable<Digest> {

    public Digest {
        int length = switch (algorithm) {
            case "sha256" -> 64;
            case "sha384" -> 96;
            case "sha512" -> 128;
            default -> throw ImageFailure.invalid("unsupported digest algorithm \"" + algorithm + "\": use sha256");
        };
        if (hex.length() != length || !isLowerHex(hex)) {
            throw ImageFailure.invalid("\"" + hex + "\" is not a " + algorithm + " digest of " + length
                    + " lower-case hexadecimal digits");
        }
    }

    /** Reads {@code algorithm:hex}. */
    public static Digest parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw ImageFailure.invalid("\"" + text + "\" is not a digest such as sha256:<64 hexadecimal digits>");
        }
        return new Digest(text.substring(0, colon), text.substring(colon + 1));
    }

    /** The sha256 of {@code content}. */
    public static Digest of(byte[] content) {
        return sha256(newSha256().digest(content));
    }

    /**
     * The sha256 of what a stream has.
     *
     * @param size how much that is, roughly; the buffer has no more
     */
    public static Digest of(InputStream in, long size) throws IOException {
        MessageDigest digest = newSha256();
        byte[] buffer = new byte[(int) Math.clamp(size + 1, 1, 1 << 16)];
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
        }
        return sha256(digest.digest());
    }

    /** Wraps the 32 bytes of a finished sha256. */
    public static Digest sha256(byte[] finished) {
        return new Digest("sha256", HexFormat.of().formatHex(finished));
    }

    /** A new sha256 computation. */
    public static MessageDigest newSha256() {
        return messageDigest("SHA-256");
    }

    /** A new computation with this digest's algorithm, for verifying content. */
    public MessageDigest newComputation() {
        return messageDigest("SHA-" + algorithm.substring(3));
    }

    /** Whether the result of a computation equals this digest. */
    public boolean matches(byte[] finished) {
        return hex.equals(HexFormat.of().formatHex(finished));
    }

    /** The first 12 digits, for display. */
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return algorithm + ":" + hex;
    }

    static boolean isLowerHex(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!(c >= '0' && c <= '9' || c >= 'a' && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static MessageDigest messageDigest(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + name, e);
        }
    }
}
