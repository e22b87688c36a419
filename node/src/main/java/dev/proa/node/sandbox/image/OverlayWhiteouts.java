package dev.proa.node.sandbox.image;

import dev.proa.image.store.Whiteouts;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileNodes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** Deletions as overlay mounts understand them: a device 0:0 hides a file, an attribute makes a directory opaque. */
public final class OverlayWhiteouts implements Whiteouts {
    @Override
    public void whiteout(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return; // of this layer, for its directory was empty before
        }
        FileNodes.makeDevice(path, FileNodes.CHARACTER_DEVICE, 0);
    }

    @Override
    public void opaque(Path directory) throws IOException {
        FileNodes.setAttribute(directory, "trusted.overlay.opaque", new byte[] {'y'});
    }

    @Override
    public void extendedAttribute(Path file, String name, byte[] value) throws IOException {
        try {
            FileNodes.setAttribute(file, name, value);
        } catch (ErrnoException e) {
            // File systems without this kind of attribute lose it, as with other runtimes; anything else is an error.
            if (!e.is(Errno.EOPNOTSUPP)) {
                throw e;
            }
        }
    }
}
