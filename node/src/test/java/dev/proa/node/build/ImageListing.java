package dev.proa.node.build;

import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.store.ImageStore;
import dev.proa.image.store.LayerUnpacker;
import dev.proa.image.store.Whiteouts;
import dev.proa.image.tar.UnpackLimits;
import dev.proa.node.linux.FileNodes;
import dev.proa.node.sandbox.image.OverlayWhiteouts;
import dev.proa.node.sandbox.state.StateFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** An image as lines of text: its configuration, then each file with mode, owner, content and attributes, but no times. */
final class ImageListing {
    private static final int SHOWN = 100;

    private ImageListing() {}

    /** Lines of the configuration and of files, sorted. */
    static List<String> of(ImageStore store, Image image, Path scratch) throws IOException {
        List<String> lines = configuration(image.config());
        Path root = Files.createDirectory(scratch.resolve("listing"));
        try {
            for (Image.Layer layer : image.layers()) {
                try (InputStream in = store.read(layer.descriptor().digest())) {
                    LayerUnpacker.unpack(in, layer.diffId(), root, whiteouts(), UnpackLimits.DEFAULT);
                }
            }
            try (Stream<Path> all = Files.walk(root)) {
                for (Path file : all.filter(each -> !each.equals(root)).sorted().toList()) {
                    lines.add(line(root, file));
                }
            }
        } finally {
            StateFiles.delete(root);
        }
        return lines;
    }

    /** What another listing does not have, and with a minus what only that one has. */
    static List<String> changes(List<String> base, List<String> lines) {
        List<String> changes = new ArrayList<>(lines);
        changes.removeAll(base);
        for (String line : base) {
            if (!lines.contains(line) && Character.isDigit(line.charAt(0))) {
                String path = line.replaceFirst("^[^/]*", "").split(" ")[0];
                if (lines.stream().noneMatch(each -> each.contains(" " + path + " ") || each.endsWith(" " + path))) {
                    changes.add("-" + path);
                }
            }
        }
        return changes;
    }

    private static List<String> configuration(ImageConfig config) {
        List<String> lines = new ArrayList<>();
        config.environment().stream().sorted().forEach(each -> lines.add("Env " + each));
        add(lines, "Entrypoint", config.entrypoint());
        add(lines, "Cmd", config.command());
        add(lines, "Shell", config.shell());
        add(lines, "OnBuild", config.onBuild());
        lines.add("WorkingDir " + (config.workingDirectory().isEmpty() ? "/" : config.workingDirectory()));
        if (!config.user().isEmpty()) {
            lines.add("User " + config.user());
        }
        new TreeMap<>(config.labels()).forEach((name, value) -> {
            if (!name.startsWith("io.buildah.")) {
                lines.add("Label " + name + "=" + value);
            }
        });
        config.exposedPorts().stream().sorted().forEach(each -> lines.add("ExposedPort " + each));
        config.volumes().stream().sorted().forEach(each -> lines.add("Volume " + each));
        if (config.stopSignal() != null) {
            lines.add("StopSignal " + config.stopSignal());
        }
        if (!config.author().isEmpty()) {
            lines.add("Author " + config.author());
        }
        ImageConfig.Healthcheck check = config.healthcheck();
        if (check != null) {
            lines.add("Healthcheck " + quoted(check.test()) + " interval=" + check.interval() + " timeout="
                    + check.timeout() + " start=" + check.startPeriod() + " retries=" + check.retries());
        }
        return lines;
    }

    private static void add(List<String> lines, String name, List<String> words) {
        if (!words.isEmpty()) {
            lines.add(name + " " + quoted(words));
        }
    }

    private static String quoted(List<String> words) {
        return words.stream().map(word -> '"' + shown(word) + '"').toList().toString();
    }

    private static String shown(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
    }

    private static String line(Path root, Path file) throws IOException {
        Map<String, Object> unix = Files.readAttributes(file, "unix:*", LinkOption.NOFOLLOW_LINKS);
        int mode = (int) unix.get("mode");
        StringBuilder line = new StringBuilder(
                "%o %s:%s /%s".formatted(mode & 07777, unix.get("uid"), unix.get("gid"), root.relativize(file)));
        if (Files.isSymbolicLink(file)) {
            line.append(" -> ").append(Files.readSymbolicLink(file));
        } else if (Files.isDirectory(file)) {
            line.append('/');
        } else {
            line.append(' ').append(content(Files.readAllBytes(file)));
        }
        new TreeMap<>(FileNodes.attributes(file))
                .forEach((name, value) -> line.append(' ')
                        .append(name)
                        .append('=')
                        .append(HexFormat.of().formatHex(value)));
        return line.toString();
    }

    private static String content(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (bytes.length <= SHOWN && text.chars().noneMatch(c -> c < ' ' && c != '\n' && c != '\t')) {
            return '"' + shown(text) + '"';
        }
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
            return bytes.length + " bytes " + HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** One layer after the other into one directory. */
    private static Whiteouts whiteouts() {
        Whiteouts deleting = Whiteouts.deleting();
        Whiteouts attributes = new OverlayWhiteouts();
        return new Whiteouts() {
            @Override
            public void whiteout(Path path) throws IOException {
                deleting.whiteout(path);
            }

            @Override
            public void opaque(Path directory) throws IOException {
                deleting.opaque(directory);
            }

            @Override
            public void written(Path path) {
                deleting.written(path);
            }

            @Override
            public void extendedAttribute(Path file, String name, byte[] value) throws IOException {
                attributes.extendedAttribute(file, name, value);
            }
        };
    }
}
