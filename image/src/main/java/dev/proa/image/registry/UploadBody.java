package dev.proa.image.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.ImageFailure;
import dev.proa.image.store.ImageStore;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.commons.compress.utils.BoundedInputStream;

/** A blob of a store, or a part of it, as the body of a request; it counts what has been sent. */
final class UploadBody {
    private final ImageStore store;
    private final Descriptor blob;
    private final long offset;
    private final long length;
    private final TransferEvent.Listener listener;
    private final AtomicLong moved = new AtomicLong();

    /** A part of a blob, from {@code offset} on. */
    UploadBody(ImageStore store, Descriptor blob, long offset, long length, TransferEvent.Listener listener) {
        this.store = store;
        this.blob = blob;
        this.offset = offset;
        this.length = length;
        this.listener = listener;
    }

    /** Bytes sent so far. */
    long moved() {
        return moved.get();
    }

    /** The body, with its length: some registries take no chunked transfer coding. */
    HttpRequest.BodyPublisher publisher() {
        if (length == 0) {
            return HttpRequest.BodyPublishers.noBody();
        }
        return HttpRequest.BodyPublishers.fromPublisher(
                HttpRequest.BodyPublishers.ofInputStream(() -> {
                    moved.set(0);
                    return open();
                }),
                length);
    }

    private InputStream open() {
        InputStream in = store.read(blob.digest());
        try {
            in.skipNBytes(offset);
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read blob " + blob.digest(), e);
        }
        return new FilterInputStream(new BoundedInputStream(in, length)) {
            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
                int n = super.read(bytes, from, count);
                if (n > 0) {
                    listener.on(new TransferEvent.Moved(blob, offset + moved.addAndGet(n)));
                }
                return n;
            }

            @Override
            public void close() throws IOException {
                in.close();
            }
        };
    }
}
