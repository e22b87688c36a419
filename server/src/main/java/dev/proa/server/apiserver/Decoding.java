package dev.proa.server.apiserver;

import dev.proa.http.FairPool;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes large bodies and applies large patches on a thread per processor, for users in turn. Small ones are cheaper
 * on the request's own thread.
 */
final class Decoding {
    private static final int SMALL = 32 << 10;
    private static final FairPool POOL =
            new FairPool("decoding", Runtime.getRuntime().availableProcessors());

    private Decoding() {}

    /** Runs work on the body of a request, and waits for it. */
    static <T extends @Nullable Object> T of(ApiRequest request, Supplier<T> work) {
        return request.body() instanceof ApiRequest.Bytes bytes && bytes.bytes().length > SMALL
                ? POOL.run(request.user().name(), work)
                : work.get();
    }
}
