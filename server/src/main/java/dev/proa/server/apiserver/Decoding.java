package dev.proa.server.apiserver;

import dev.proa.http.FairPool;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where large bodies are decoded and patches applied: on threads of their own, one for each processor, which users get in turn. Small
 * ones take less than the way there.
 */
final class Decoding {
    private static final int SMALL = 32 << 10;
    private static final FairPool POOL =
            new FairPool("decoding", Runtime.getRuntime().availableProcessors());

    private Decoding() {}

    /** Does what has to do with the body of a request, and waits for it. */
    static <T extends @Nullable Object> T of(ApiRequest request, Supplier<T> work) {
        return request.body() instanceof ApiRequest.Bytes bytes && bytes.bytes().length > SMALL
                ? POOL.run(request.user().name(), work)
                : work.get();
    }
}
