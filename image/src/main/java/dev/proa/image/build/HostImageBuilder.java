package dev.proa.image.build;

import dev.proa.image.Image;
import dev.proa.image.ImageConfig;
import dev.proa.image.ImageConfigBuilder;
import dev.proa.image.ImageFailure;
import dev.proa.image.Platform;
import dev.proa.image.Reference;
import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.Compression;
import dev.proa.image.layer.LayerContent;
import dev.proa.image.store.ImageStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes an image of programs that are installed on this machine, with the libraries they need: a server from the
 * distribution's package, a static busybox. For one thread.
 */
public final class HostImageBuilder {
    /** The search path for programs, inside images too. */
    static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final LayerContent layer = new LayerContent();
    private final List<Path> programs = new ArrayList<>();
    private final ImageConfigBuilder config = ImageConfig.empty(Platform.host()).toBuilder();

    public HostImageBuilder() {
        HostFiles.addSkeleton(layer);
        config.environment("PATH", PATH);
    }

    /**
     * An image of a busybox, best a static one, with a link in {@code /bin} for each of its applets; its command is {@code sh}.
     */
    public static HostImageBuilder busybox(Path busybox) {
        HostImageBuilder builder = new HostImageBuilder();
        builder.programs.add(busybox);
        builder.layer.file("/bin/busybox", busybox, 0755);
        for (String applet : output(busybox, "--list").lines().toList()) {
            if (!applet.isBlank() && !applet.equals("busybox")) {
                builder.layer.link("/bin/" + applet.strip(), "busybox");
            }
        }
        builder.config.command(List.of("sh"));
        return builder;
    }

    /** Adds a program with its libraries, at the path it has here. */
    public HostImageBuilder program(Path path) {
        HostFiles.add(layer, path);
        programs.add(path);
        return this;
    }

    /** Adds a program by name, looked for in the usual directories. */
    public HostImageBuilder program(String name) {
        return program(find(name)
                .orElseThrow(() -> ImageFailure.notFound(
                        "there is no program \"" + name + "\" in " + PATH + "; install the package it is in")));
    }

    /** Adds a file or directory of this machine, at the path it has here. */
    public HostImageBuilder copy(Path path) {
        HostFiles.add(layer, path);
        return this;
    }

    /** Adds a text file. */
    public HostImageBuilder file(String path, String content, int mode) {
        layer.file(path, content.getBytes(StandardCharsets.UTF_8), mode);
        return this;
    }

    /** Adds an empty directory. */
    public HostImageBuilder directory(String path, int mode) {
        layer.directory(path, mode);
        return this;
    }

    /** Adds a symbolic link. */
    public HostImageBuilder link(String path, String target) {
        layer.link(path, target);
        return this;
    }

    /** The configuration of the image. */
    public ImageConfigBuilder config() {
        return config;
    }

    /** Writes the image and names it. */
    public Image build(ImageStore store, Reference name) {
        HostFiles.addLibraries(layer, LibraryClosure.of(programs).requireComplete(), Path.of("/nowhere"));
        Image.Layer written = layer.writeTo(store, Compression.NONE);
        config.layer(written.diffId(), "programs of the host");
        return store.write(config.build(), List.of(written.descriptor()), Map.of(), name);
    }

    /** The program of that name in the usual directories. */
    static Optional<Path> find(String name) {
        for (String directory : PATH.split(":")) {
            Path candidate = Path.of(directory, name);
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static String output(Path program, String argument) {
        Command.Outcome outcome = Command.run(List.of(program.toString(), argument), Path.of("/"), Map.of());
        if (outcome.exitCode() != 0) {
            throw ImageFailure.invalid(program + " " + argument + " failed: " + outcome.output());
        }
        return outcome.output();
    }
}
