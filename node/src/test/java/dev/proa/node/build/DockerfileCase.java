package dev.proa.node.build;

import dev.proa.image.solver.BuildRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;

/**
 * A build to compare, from a text file: {@code key: value} lines, then sections of files.
 *
 * <pre>
 * about: what it shows
 * file: the Dockerfile, "Dockerfile" by default
 * before: FILE NAME          another Dockerfile of the context, built first as an image of that name
 * args: options of the build, as on the command line; folder "extra" is beside the context
 * differs: why buildah 1.28 cannot tell; section "expected" is then all that counts
 * -- PATH [MODE] --          a file of the context, or a directory with a slash at the end; %20 is a space;
 *                            "extra:" puts it beside the context
 * -- PATH -> TARGET --       a link
 * -- PATH = tar.gz --        an archive; its lines are PATH MODE UID:GID CONTENT
 * -- expected --             the lines of {@link ImageListing}, compared with Proa's
 * </pre>
 */
record DockerfileCase(String name, Map<String, String> header, Map<String, String> sections) {
    static DockerfileCase parse(String name, String text) {
        Map<String, String> header = new LinkedHashMap<>();
        Map<String, StringBuilder> sections = new LinkedHashMap<>();
        StringBuilder section = null;
        for (String line : text.split("(?<=\n)")) {
            if (line.startsWith("-- ") && line.stripTrailing().endsWith(" --")) {
                section = new StringBuilder();
                sections.put(line.substring(3, line.stripTrailing().length() - 3), section);
            } else if (section != null) {
                section.append(line);
            } else if (!line.isBlank()) {
                header.put(
                        line.substring(0, line.indexOf(':')),
                        line.substring(line.indexOf(':') + 1).strip());
            }
        }
        Map<String, String> texts = new LinkedHashMap<>();
        sections.forEach((key, value) -> texts.put(key, value.toString()));
        return new DockerfileCase(name, header, texts);
    }

    List<String> expected() {
        return sections.getOrDefault("expected", "").lines().toList();
    }

    boolean comparable() {
        return !header.containsKey("differs");
    }

    String file() {
        return header.getOrDefault("file", "Dockerfile");
    }

    /** Options as words. */
    List<String> arguments() {
        String arguments = header.getOrDefault("args", "");
        return arguments.isEmpty() ? List.of() : List.of(arguments.split(" +"));
    }

    /** Writes the files; the context is the folder {@code context} in {@code home}. */
    Path write(Path home) throws IOException {
        Path context = Files.createDirectories(home.resolve("context"));
        for (Map.Entry<String, String> section : sections.entrySet()) {
            if (!section.getKey().equals("expected")) {
                write(home, section.getKey(), section.getValue());
            }
        }
        return context;
    }

    private static void write(Path home, String key, String content) throws IOException {
        String[] words = key.split(" ");
        boolean extra = words[0].startsWith("extra:");
        Path path = home.resolve(extra ? "extra" : "context")
                .resolve(words[0].substring(extra ? 6 : 0).replace("%20", " "));
        Files.createDirectories(path.resolveSibling(""));
        if (words.length > 2 && words[1].equals("->")) {
            Files.createSymbolicLink(path, Path.of(words[2]));
            return;
        }
        if (words.length > 2) {
            Files.write(path, archive(words[2], content));
        } else if (words[0].endsWith("/")) {
            Files.createDirectories(path);
        } else {
            Files.writeString(path, content);
        }
        String usual = words[0].endsWith("/") ? "755" : "644";
        Files.setAttribute(path, "unix:mode", Integer.parseInt(words.length == 2 ? words[1] : usual, 8));
    }

    private static byte[] archive(String kind, String lines) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        OutputStream compressed = switch (kind) {
            case "tar.gz" -> new GZIPOutputStream(bytes);
            case "tar.bz2" -> new BZip2CompressorOutputStream(bytes);
            case "tar.xz" -> new XZCompressorOutputStream(bytes);
            default -> bytes;
        };
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(compressed, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (String line : lines.lines().toList()) {
                String[] words = line.split(" ", 4);
                boolean link = words[1].equals("->");
                TarArchiveEntry entry =
                        new TarArchiveEntry(words[0], link ? TarConstants.LF_SYMLINK : kindOf(words[0]));
                byte[] content = words.length < 4 ? new byte[0] : words[3].getBytes(StandardCharsets.UTF_8);
                if (link) {
                    entry.setLinkName(words[2]);
                } else {
                    entry.setMode(Integer.parseInt(words[1], 8));
                    String[] ids = words[2].split(":");
                    entry.setIds(Integer.parseInt(ids[0]), Integer.parseInt(ids[1]));
                    entry.setSize(content.length);
                }
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    private static byte kindOf(String name) {
        return name.endsWith("/") ? TarConstants.LF_DIR : TarConstants.LF_NORMAL;
    }

    /** What Proa is asked for. */
    BuildRequest request(Path home, String file) {
        Path context = home.resolve("context");
        BuildRequest request = BuildRequest.of(context, context.resolve(file));
        Map<String, String> arguments = new LinkedHashMap<>();
        Map<String, String> labels = new LinkedHashMap<>();
        Map<String, Path> contexts = new LinkedHashMap<>();
        Map<String, Path> secrets = new LinkedHashMap<>();
        List<String> words = new ArrayList<>(arguments());
        while (!words.isEmpty()) {
            String option = words.removeFirst();
            String value = words.removeFirst();
            String[] pair = value.split("=", 2);
            switch (option) {
                case "--target" -> request = request.withTarget(value);
                case "--build-arg" -> arguments.put(pair[0], pair[1]);
                case "--label" -> labels.put(pair[0], pair[1]);
                case "--build-context" -> contexts.put(pair[0], home.resolve(pair[1]));
                case "--secret" -> {
                    String[] parts = value.split("[=,]");
                    secrets.put(parts[1], home.resolve(parts[3]));
                }
                default -> throw new IllegalArgumentException(name + " has an unknown option " + option);
            }
        }
        return request.withArguments(arguments)
                .withLabels(labels)
                .withContexts(contexts)
                .withSecrets(secrets);
    }
}
