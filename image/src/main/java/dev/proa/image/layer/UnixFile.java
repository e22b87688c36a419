package dev.proa.image.layer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;

/**
 * What {@code lstat(2)} tells of a file.
 *
 * @param mode type and permissions
 * @param links how many names it has
 * @param device number of a device node
 * @param key equal for names of the same file
 */
public record UnixFile(int mode, int uid, int gid, long size, int links, long device, Object key, FileTime modified) {
    private static final int TYPE = 0170000;
    /** Those that {@code lstat} gives: for names of owners the JDK would read {@code /etc/passwd} for each file. */
    private static final String ATTRIBUTES = "unix:mode,uid,gid,size,nlink,rdev,fileKey,lastModifiedTime";

    /** The type of a file. */
    public enum Type {
        REGULAR,
        DIRECTORY,
        LINK,
        CHARACTER_DEVICE,
        BLOCK_DEVICE,
        FIFO,
        SOCKET
    }

    /** Reads it, without following a link. */
    public static UnixFile of(Path path) throws IOException {
        Map<String, Object> unix = Files.readAttributes(path, ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
        return new UnixFile(
                (Integer) required(unix, "mode"),
                (Integer) required(unix, "uid"),
                (Integer) required(unix, "gid"),
                (Long) required(unix, "size"),
                (Integer) required(unix, "nlink"),
                (Long) required(unix, "rdev"),
                required(unix, "fileKey"),
                (FileTime) required(unix, "lastModifiedTime"));
    }

    private static Object required(Map<String, Object> attributes, String name) {
        return Objects.requireNonNull(attributes.get(name), name);
    }

    /** Its type. */
    public Type type() {
        return switch (mode & TYPE) {
            case 0100000 -> Type.REGULAR;
            case 0040000 -> Type.DIRECTORY;
            case 0120000 -> Type.LINK;
            case 0020000 -> Type.CHARACTER_DEVICE;
            case 0060000 -> Type.BLOCK_DEVICE;
            case 0010000 -> Type.FIFO;
            default -> Type.SOCKET;
        };
    }

    /** The permission bits, with set-user-ID and the like. */
    public int permissions() {
        return mode & 07777;
    }
}
