package dev.proa.image.registry;

import dev.proa.image.Digest;
import dev.proa.image.DigestTags;
import dev.proa.image.ImageFailure;
import dev.proa.image.ImageIndex;
import dev.proa.image.MediaTypes;
import dev.proa.image.Reference;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;

/** Asks a registry which artifacts are about a manifest. */
final class ReferrerQuery {
    private static final ImageIndex NONE = new ImageIndex(List.of());

    private final RegistryHttp http;
    private final Reference repository;

    ReferrerQuery(RegistryHttp http, Reference repository) {
        this.http = http;
        this.repository = repository;
    }

    /** The referrers of a manifest, by the API, else by the tag of those registries that lack it. */
    ImageIndex of(Digest subject) {
        try {
            return read("referrers/" + subject);
        } catch (ImageFailure e) {
            if (isTemporary(e)) {
                throw e;
            }
            return new ReferrerQuery(http, repository.withTag(DigestTags.fallback(subject))).fallback();
        }
    }

    /** The index under the tag of this repository; empty when there is none. */
    ImageIndex fallback() {
        try {
            return read("manifests/" + repository.tag());
        } catch (ImageFailure e) {
            if (isTemporary(e)) {
                throw e;
            }
            return NONE;
        }
    }

    /** Otherwise the registry has no such thing, whether it says so by 404 or, as some do, by 400 or 403. */
    static boolean isTemporary(ImageFailure failure) {
        return failure.reason() == ImageFailure.Reason.UNAVAILABLE || failure.reason() == ImageFailure.Reason.STORAGE;
    }

    private ImageIndex read(String path) {
        return Transfers.retrying(() -> {
            HttpResponse<InputStream> response = http.get(repository, path, MediaTypes.INDEX);
            try (InputStream body = response.body()) {
                byte[] bytes = body.readNBytes(ImageStore.MAX_DOCUMENT_BYTES + 1);
                if (bytes.length > ImageStore.MAX_DOCUMENT_BYTES) {
                    throw ImageFailure.invalid("the referrers of " + repository.familiar() + " are too many to read");
                }
                return ImageIndex.parse(bytes);
            } catch (IOException e) {
                throw http.unavailable("broke off", e);
            }
        });
    }
}
