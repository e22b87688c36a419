package dev.proa.node.sandbox;

import dev.proa.node.cri.RuntimeFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Users and groups as an image's {@code /etc/passwd} and {@code /etc/group} have them, read from its layers before anything is
 * mounted.
 */
final class ImageUsers {
    /**
     * A user with its groups.
     *
     * @param groups supplemental ones
     * @param home directory, or null when the image does not know the user
     */
    record User(
            long id,
            long group,
            List<Long> groups,
            @Nullable String home) {}

    private final List<String[]> passwd;
    private final List<String[]> group;

    ImageUsers(List<Path> layers) {
        passwd = read(layers, "passwd");
        group = read(layers, "group");
    }

    /**
     * Finds a user.
     *
     * @param user number or name; empty is root
     * @param groupName number or name, or null for the user's own
     */
    User find(String user, @Nullable String groupName) {
        String[] line = line(passwd, user.isEmpty() ? "0" : user);
        if (line == null && !isNumber(user) && !user.isEmpty()) {
            throw new RuntimeFailure(
                    RuntimeFailure.Reason.INVALID_ARGUMENT,
                    "unable to find user " + user + ": no matching entries in passwd file");
        }
        long id = line != null ? Long.parseLong(line[2]) : user.isEmpty() ? 0 : Long.parseLong(user);
        long primary = line != null && line.length > 3 && isNumber(line[3]) ? Long.parseLong(line[3]) : 0;
        if (groupName != null) {
            primary = groupId(groupName);
        }
        List<Long> further = line == null ? List.of() : groupsOf(line[0]);
        return new User(id, primary, further, line != null && line.length > 5 ? line[5] : null);
    }

    private long groupId(String name) {
        String[] line = line(group, name);
        if (line != null) {
            return Long.parseLong(line[2]);
        }
        if (isNumber(name)) {
            return Long.parseLong(name);
        }
        throw new RuntimeFailure(
                RuntimeFailure.Reason.INVALID_ARGUMENT,
                "unable to find group " + name + ": no matching entries in group file");
    }

    private List<Long> groupsOf(String user) {
        TreeSet<Long> found = new TreeSet<>();
        for (String[] line : group) {
            if (line.length > 3 && List.of(line[3].split(",")).contains(user)) {
                found.add(Long.parseLong(line[2]));
            }
        }
        return List.copyOf(found);
    }

    private static String @Nullable [] line(List<String[]> lines, String nameOrNumber) {
        for (String[] line : lines) {
            if (line[0].equals(nameOrNumber) || line[2].equals(nameOrNumber)) {
                return line;
            }
        }
        return null;
    }

    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** The uppermost layer that has the file decides. A link could lead out of the layer, so it is not followed. */
    private static List<String[]> read(List<Path> layers, String name) {
        for (Path layer : layers.reversed()) {
            Path etc = layer.resolve("etc");
            Path file = etc.resolve(name);
            if (Files.isDirectory(etc, LinkOption.NOFOLLOW_LINKS)
                    && Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                return parse(file);
            }
        }
        return List.of();
    }

    private static List<String[]> parse(Path file) {
        List<String[]> lines = new ArrayList<>();
        try (java.util.stream.Stream<String> all = Files.lines(file, java.nio.charset.StandardCharsets.ISO_8859_1)) {
            all.map(line -> line.strip().split(":"))
                    .filter(fields -> fields.length > 2 && isNumber(fields[2]))
                    .forEach(lines::add);
            return lines;
        } catch (IOException e) {
            throw new RuntimeFailure(RuntimeFailure.Reason.INTERNAL, "cannot read " + file + ": " + e, e);
        }
    }
}
