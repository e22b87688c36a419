package dev.proa.image.registry;

import dev.proa.image.Descriptor;
import dev.proa.image.ImageFailure;
import dev.proa.image.Reference;
import dev.proa.image.registry.TransferEvent.Outcome;
import dev.proa.image.store.BlobWriter;
import dev.proa.image.store.ImageStore;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Downloads blobs of one repository into a store: those that it does not have. */
final class BlobDownload {
    private static final Duration STALL = Duration.ofSeconds(60);

    private final RegistryHttp http;
    private final Reference source;
    private final ImageStore store;
    private final TransferEvent.Listener listener;

    BlobDownload(RegistryHttp http, Reference source, ImageStore store, TransferEvent.Listener listener) {
        this.http = http;
        this.source = source;
        this.store = store;
        this.listener = listener;
    }

    void download(Descriptor blob) {
        if (store.claim(blob.digest())) {
            listener.on(new TransferEvent.Finished(blob, Outcome.PRESENT));
            return;
        }
        listener.on(new TransferEvent.Started(blob));
        try (BlobWriter writer = store.newBlob()) {
            Transfers.resuming(writer::size, () -> {
                fetch(blob, writer);
                return blob;
            });
            writer.commit(blob);
        }
        listener.on(new TransferEvent.Finished(blob, Outcome.TRANSFERRED));
    }

    /** Reads on from where the writer is; a registry that does not know ranges sends all again. */
    private void fetch(Descriptor blob, BlobWriter writer) throws IOException {
        long known = writer.size();
        HttpResponse<InputStream> response = http.get(source, "blobs/" + blob.digest(), "*/*", known);
        try (InputStream body = response.body();
                StallGuard guard = new StallGuard(body, STALL)) {
            if (response.statusCode() != RegistryHttp.PARTIAL) {
                body.skipNBytes(known);
            }
            byte[] buffer = new byte[1 << 16];
            for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
                guard.progress();
                writer.write(buffer, 0, n);
                if (writer.size() > blob.size()) {
                    throw ImageFailure.invalid(
                            "registry " + source.registry() + " sent more than the size of " + blob.digest());
                }
                listener.on(new TransferEvent.Moved(blob, writer.size()));
            }
        }
    }
}
