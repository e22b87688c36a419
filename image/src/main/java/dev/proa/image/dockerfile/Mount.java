package dev.proa.image.dockerfile;

import org.jspecify.annotations.Nullable;

/**
 * A mount of {@code RUN --mount}, its variables expanded and BuildKit's defaults applied. Targets are as written: they
 * may be relative to the working directory, and empty for itself, but never lead to {@code /} by themselves.
 */
public sealed interface Mount {
    /** Who may use a cache at a time. */
    enum Sharing {
        /** Any number of steps at the same time. */
        SHARED,
        /** One; a second step at the same time has another cache. */
        PRIVATE,
        /** One; others wait. */
        LOCKED
    }

    /** Permissions and owner of what is mounted; {@code mode} is in the form of chmod. */
    record Ownership(int mode, long uid, long gid) {}

    /**
     * Files of a stage, an image or the context.
     *
     * @param from a stage's name or index, or an image; empty for the context
     * @param source the folder or file there, {@code /} by default
     * @param writable whether the command may write, to no lasting effect
     */
    record Bind(String target, String from, String source, boolean writable) implements Mount {}

    /**
     * A folder that lasts between builds.
     *
     * @param id the target by default
     * @param from what it has at first: a stage's name or index, or an image; empty for an empty folder
     * @param source the folder in {@code from}
     */
    record Cache(
            String target,
            String id,
            Sharing sharing,
            String from,
            String source,
            Ownership ownership,
            boolean readOnly)
            implements Mount {}

    /**
     * A file system in memory.
     *
     * @param size its limit in bytes, 0 for none
     */
    record Tmpfs(String target, long size) implements Mount {}

    /**
     * A secret of the build.
     *
     * @param target the file, or null if it is only a variable
     * @param env the variable that has it, or null if it is only a file
     * @param required whether the step fails without it; otherwise nothing is mounted
     */
    record Secret(
            String id, @Nullable String target, @Nullable String env, boolean required, Ownership ownership)
            implements Mount {}

    /**
     * The socket of an SSH agent; {@code SSH_AUTH_SOCK} names it.
     *
     * @param id {@code default} by default
     */
    record Ssh(String target, String id, boolean required, Ownership ownership) implements Mount {}
}
