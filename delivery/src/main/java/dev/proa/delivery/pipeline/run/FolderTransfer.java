package dev.proa.delivery.pipeline.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Brings folders out of job containers. */
final class FolderTransfer {
    private FolderTransfer() {}

    /** Copies what is in a folder of a container into an empty folder here. */
    static void fetch(JobContainer container, String from, Path to, ContextArchive.Links links)
            throws IOException, InterruptedException {
        Path archive = Files.createTempFile(to.getParent(), "folder", ".tar");
        try {
            try (OutputStream out = new BoundedOutput(Files.newOutputStream(archive), RunFiles.USUAL_BYTES)) {
                container.run(
                        "if [ ! -d \"$1\" ]; then echo \"there is no folder $1\" >&2; exit 1; fi; tar -cf - -C \"$1\" .",
                        InputStream.nullInputStream(),
                        out,
                        from);
            }
            try (InputStream in = Files.newInputStream(archive)) {
                ContextArchive.unpack(in, to, links);
            }
        } finally {
            Files.delete(archive);
        }
    }
}
