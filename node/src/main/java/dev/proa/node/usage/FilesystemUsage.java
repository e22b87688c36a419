package dev.proa.node.usage;

/**
 * What a file system has, and what something in it uses.
 *
 * @param capacityBytes of the file system
 * @param availableBytes to users other than root
 * @param usedBytes by what this is about: all that is in the file system, or a part of it
 * @param inodes of the file system; 0 where it has no limit of its own
 * @param inodesUsed by what this is about
 */
public record FilesystemUsage(
        long capacityBytes, long availableBytes, long usedBytes, long inodes, long inodesFree, long inodesUsed) {
    public static final FilesystemUsage NONE = new FilesystemUsage(0, 0, 0, 0, 0, 0);

    /** The same file system, of which something uses a part. */
    public FilesystemUsage withUse(long bytes, long usedInodes) {
        return new FilesystemUsage(capacityBytes, availableBytes, bytes, inodes, inodesFree, usedInodes);
    }
}
