package dev.proa.image.solver;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The owner that {@code --chown} names. */
record Owner(int uid, int gid) {
    private static final int MAX_ACCOUNTS_BYTES = 10 << 20;
    private static final int UID = 2;
    private static final int GID = 3;

    /**
     * Reads {@code user[:group]}: numbers, or names that the root's {@code /etc/passwd} and {@code /etc/group} have. Without a
     * group, it is that of a named user, and the same number as a numeric user's.
     */
    static Owner find(String text, Path root) throws IOException {
        int colon = text.indexOf(':');
        String user = colon < 0 ? text : text.substring(0, colon);
        String group = colon < 0 ? "" : text.substring(colon + 1);
        Integer uid = number(user);
        String[] account = uid != null ? null : account(root, "etc/passwd", user);
        if (uid == null) {
            uid = field(account, UID);
        }
        if (uid == null) {
            throw ImageFailure.invalid("--chown: the image has no user \"" + user + "\" in its /etc/passwd");
        }
        if (group.isEmpty()) {
            Integer own = account == null ? uid : field(account, GID);
            return new Owner(uid, own == null ? uid : own);
        }
        Integer gid = number(group);
        if (gid == null) {
            gid = field(account(root, "etc/group", group), UID);
        }
        if (gid == null) {
            throw ImageFailure.invalid("--chown: the image has no group \"" + group + "\" in its /etc/group");
        }
        return new Owner(uid, gid);
    }

    /** As {@link #find}, and root for a user that the root does not have. */
    static Owner orRoot(String text, Path root) throws IOException {
        try {
            return find(text, root);
        } catch (ImageFailure unknown) {
            return new Owner(0, 0);
        }
    }

    private static String @Nullable [] account(Path root, String file, String name) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(RootFiles.resolve(root, file, true))) {
            bytes = in.readNBytes(MAX_ACCOUNTS_BYTES);
        } catch (NoSuchFileException e) {
            return null;
        }
        for (String line : new String(bytes, StandardCharsets.UTF_8).split("\n")) {
            String[] fields = line.split(":");
            if (fields[0].equals(name)) {
                return fields;
            }
        }
        return null;
    }

    private static @Nullable Integer field(String @Nullable [] account, int index) {
        return account == null || account.length <= index ? null : number(account[index]);
    }

    private static @Nullable Integer number(String text) {
        return text.matches("[0-9]{1,9}|[0-9]{10}") && Long.parseLong(text) <= Integer.MAX_VALUE
                ? Integer.valueOf(text)
                : null;
    }
}
