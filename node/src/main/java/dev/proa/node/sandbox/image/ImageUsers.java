package dev.proa.node.sandbox.image;

import dev.proa.node.cri.RuntimeFailure;
import dev.proa.node.cri.UserIds;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Looks up users and groups in an image's {@code /etc/passwd} and {@code /etc/group}, read from its layers before
 * anything is mounted.
 */
public final class ImageUsers {
    /**
     * A user with its groups.
     *
     * @param groups supplemental ones
     * @param home directory, or null when the image does not know the user
     */
    public record User(
            long id,
            long group,
            List<Long> groups,
            @Nullable String home) {}

    /** Larger than in any usual image; both files are read for each container. */
    private static final int LONGEST_FILE = 1 << 20;

    private static final int NAME = 0;
    private static final int ID = 2;
    private static final int GROUP = 3;
    private static final int MEMBERS = 3;
    private static final int HOME = 5;

    private final List<String[]> passwd;
    private final List<String[]> group;

    public ImageUsers(List<Path> layers) {
        passwd = read(layers, "passwd");
        group = read(layers, "group");
    }

    /**
     * Finds a user. A number is always an id, even if the image's files have a user of that name.
     *
     * @param user number or name; empty is root
     * @param groupName number or name; empty or null for the user's own
     */
    public User find(String user, @Nullable String groupName) {
        boolean number = user.isEmpty() || UserIds.isNumber(user);
        long id = user.isEmpty() ? 0 : number ? UserIds.parse(user) : 0;
        String[] line = number ? numbered(passwd, id) : named(passwd, user);
        if (!number) {
            if (line == null) {
                throw failure("unable to find user " + user + ": no matching entries in passwd file");
            }
            id = id(line, ID, "passwd");
        }
        long primary = groupName != null && !groupName.isEmpty()
                ? groupId(groupName)
                : line == null ? 0 : id(line, GROUP, "passwd");
        List<Long> further = line == null ? List.of() : groupsOf(line[NAME]);
        return new User(id, primary, further, line != null && line.length > HOME ? line[HOME] : null);
    }

    private long groupId(String name) {
        if (UserIds.isNumber(name)) {
            return UserIds.parse(name);
        }
        String[] line = named(group, name);
        if (line == null) {
            throw failure("unable to find group " + name + ": no matching entries in group file");
        }
        return id(line, ID, "group");
    }

    private List<Long> groupsOf(String user) {
        TreeSet<Long> found = new TreeSet<>();
        for (String[] line : group) {
            if (line.length > MEMBERS && List.of(line[MEMBERS].split(",")).contains(user)) {
                found.add(id(line, ID, "group"));
            }
        }
        return List.copyOf(found);
    }

    private static String @Nullable [] named(List<String[]> lines, String name) {
        for (String[] line : lines) {
            if (line[NAME].equals(name)) {
                return line;
            }
        }
        return null;
    }

    private static String @Nullable [] numbered(List<String[]> lines, long id) {
        String digits = Long.toString(id);
        for (String[] line : lines) {
            if (line.length > ID && line[ID].replaceFirst("^0+(?=[0-9])", "").equals(digits)) {
                return line;
            }
        }
        return null;
    }

    private static long id(String[] line, int field, String file) {
        if (line.length <= field || !UserIds.isNumber(line[field])) {
            throw failure("the image's " + file + " file has no number for " + line[NAME]);
        }
        return UserIds.parse(line[field]);
    }

    private static RuntimeFailure failure(String message) {
        return new RuntimeFailure(RuntimeFailure.Reason.INVALID_ARGUMENT, message);
    }

    /**
     * Reads the file of the uppermost layer that has it. Links are not followed, since they could lead out of the
     * layer.
     */
    private static List<String[]> read(List<Path> layers, String name) {
        for (Path layer : layers.reversed()) {
            try (Directory directory = Directory.openTrusted(layer)) {
                byte[] file = directory.read("etc/" + name, 0, LONGEST_FILE + 1);
                if (file.length > LONGEST_FILE) {
                    throw failure("the image's " + name + " file is longer than " + LONGEST_FILE + " bytes");
                }
                return new String(file, StandardCharsets.ISO_8859_1)
                        .lines()
                        .map(line -> line.strip().split(":"))
                        .filter(fields -> fields.length > 0)
                        .toList();
            } catch (ErrnoException e) {
                if (e.is(Errno.ENXIO)) {
                    return List.of(); // the mark of a deletion, a device without a driver
                }
                if (!e.is(Errno.ENOENT) && !e.is(Errno.ENOTDIR) && !e.is(Errno.ELOOP) && !e.is(Errno.EINVAL)) {
                    throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, "cannot read " + name + ": " + e, e);
                }
                // This layer has no such file.
            } catch (IOException e) {
                throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, "cannot read " + name + ": " + e, e);
            }
        }
        return List.of();
    }
}
