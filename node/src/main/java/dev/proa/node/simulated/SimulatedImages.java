package dev.proa.node.simulated;

import dev.proa.node.cri.ImageService;
import dev.proa.node.cri.RuntimeFailure;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Images without content. Every pull succeeds, except those that {@link #refuse} names. */
public final class SimulatedImages implements ImageService {
    private final Map<String, Image> images = new ConcurrentHashMap<>();
    private final Map<String, String> refused = new ConcurrentHashMap<>();

    /** From now on pulling {@code reference} fails with {@code message}. */
    public void refuse(String reference, String message) {
        refused.put(reference, message);
    }

    /** Undoes {@link #refuse}. */
    public void accept(String reference) {
        refused.remove(reference);
    }

    @Override
    public String pull(String reference, @Nullable Credentials credentials) {
        String message = refused.get(reference);
        if (message != null) {
            throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, message);
        }
        return images.computeIfAbsent(reference, SimulatedImages::imagine).id();
    }

    @Override
    public @Nullable Image find(String reference) {
        Image image = images.get(reference);
        if (image != null) {
            return image;
        }
        return images.values().stream()
                .filter(candidate -> candidate.id().equals(reference))
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<Image> list() {
        return List.copyOf(images.values());
    }

    @Override
    public void remove(String reference) {
        images.values()
                .removeIf(
                        image -> image.tags().contains(reference) || image.id().equals(reference));
    }

    private static Image imagine(String reference) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(reference.getBytes(StandardCharsets.UTF_8));
            String id = "sha256:" + HexFormat.of().formatHex(hash);
            int at = reference.indexOf('@');
            String repository = at >= 0 ? reference.substring(0, at) : withoutTag(reference);
            return new Image(id, List.of(reference), List.of(repository + "@" + id), 1 << 20, "", Map.of());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String withoutTag(String reference) {
        int colon = reference.lastIndexOf(':');
        return colon > reference.lastIndexOf('/') ? reference.substring(0, colon) : reference;
    }
}
