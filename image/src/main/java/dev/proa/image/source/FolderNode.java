package dev.proa.image.source;

import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * Something in a {@link SourceFolder}, links not followed.
 *
 * @param path relative to the folder
 * @param permissions the nine bits for owner, group and others
 * @param size of a file in bytes
 * @param modified its time in nanoseconds since the epoch
 * @param identity equal as long as it is the same file
 * @param target of a link, whether it exists or not; empty for others
 */
public record FolderNode(
        String path, Type type, int permissions, long size, long modified, Object identity, String target) {

    /** The type of a {@link FolderNode}. */
    public enum Type {
        FILE,
        DIRECTORY,
        LINK,
        /** A device, a pipe or a socket. */
        OTHER
    }

    static FolderNode of(String path, PosixFileAttributes attributes, String target) {
        Type type = attributes.isRegularFile()
                ? Type.FILE
                : attributes.isDirectory() ? Type.DIRECTORY : attributes.isSymbolicLink() ? Type.LINK : Type.OTHER;
        int permissions = 0;
        for (PosixFilePermission permission : attributes.permissions()) {
            permissions |= 0400 >> permission.ordinal(); // declared in the order of the bits
        }
        return new FolderNode(
                path,
                type,
                permissions,
                attributes.size(),
                attributes.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                Objects.requireNonNull(attributes.fileKey()),
                target);
    }
}
