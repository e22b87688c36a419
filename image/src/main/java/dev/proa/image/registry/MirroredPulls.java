package dev.proa.image.registry;

import dev.proa.image.Image;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageFailure.Reason;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Pulls images for a node: from a mirror if there is one, and from the registries that their names say.
 *
 * <p>The mirror is asked first, so that images exist there which no registry has. Only {@code latest} is asked of its registry first,
 * because what a mirror has under that name may be old; the mirror helps where that registry cannot. Methods block and may be called from any thread.
 */
public final class MirroredPulls {
    private static final int LOCKS = 64;

    private final RegistryClient client;
    private final Supplier<@Nullable RegistryMirror> mirrors;
    /** Several pods often want the same image at once: the others wait, and then find its layers in the store. */
    private final ReentrantLock[] pulling = new ReentrantLock[LOCKS];

    /** @param mirrors asked at each pull; gives null when there is none */
    public MirroredPulls(RegistryClient client, Supplier<@Nullable RegistryMirror> mirrors) {
        this.client = client;
        this.mirrors = mirrors;
        Arrays.setAll(pulling, index -> new ReentrantLock());
    }

    /**
     * Pulls an image into a store and names it there.
     *
     * @param credentials for the registry of the name; the mirror does not get them
     * @throws ImageFailure that of the registry, with what the mirror said
     */
    public Image pull(
            Reference reference, Platform platform, @Nullable RegistryCredentials credentials, ImageStore store) {
        ReentrantLock lock = pulling[Math.floorMod(reference.name().hashCode(), LOCKS)];
        try {
            lock.lockInterruptibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImageFailure(
                    Reason.UNAVAILABLE, "the pull of " + reference.familiar() + " was not waited for", e);
        }
        try {
            return pullAlone(reference, platform, credentials, store);
        } finally {
            lock.unlock();
        }
    }

    private Image pullAlone(
            Reference reference, Platform platform, @Nullable RegistryCredentials credentials, ImageStore store) {
        PullOptions named = new PullOptions(platform, credentials);
        RegistryMirror mirror = mirrors.get();
        if (mirror == null) {
            return client.pullImage(reference, named, store);
        }
        PullOptions mirrored = new PullOptions(platform, null).by(mirror);
        if (reference.registry().equals(mirror.ownHost())) {
            return client.pullImage(reference, mirrored, store);
        }
        return moves(reference)
                ? either(reference, named, mirrored, store, false)
                : either(reference, mirrored, named, store, true);
    }

    private static boolean moves(Reference reference) {
        return reference.digest() == null
                && "latest".equals(reference.tag())
                && !RegistryHttp.isLoopback(reference.registry());
    }

    private Image either(
            Reference reference, PullOptions first, PullOptions second, ImageStore store, boolean mirrorIsFirst) {
        ImageFailure failure;
        try {
            return client.pullImage(reference, first, store);
        } catch (ImageFailure e) {
            if (e.reason() == Reason.STORAGE || Thread.currentThread().isInterrupted()) {
                throw e;
            }
            failure = e;
        }
        try {
            return client.pullImage(reference, second, store);
        } catch (ImageFailure e) {
            throw mirrorIsFirst ? both(e, failure) : both(failure, e);
        }
    }

    private static ImageFailure both(ImageFailure named, ImageFailure mirrored) {
        ImageFailure both = new ImageFailure(
                named.reason(), named.getMessage() + "; its mirror was asked, too: " + mirrored.getMessage(), named);
        both.addSuppressed(mirrored);
        return both;
    }
}
