package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import dev.proa.image.elf.LibraryClosure;
import dev.proa.image.layer.LayerContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Copies files of this machine into a layer, at the same paths and through the same symbolic links. */
final class HostFiles {
    private static final int MAX_LINKS = 40;
    private static final List<Path> AUTHORITIES = List.of(
            Path.of("/etc/ssl/certs/ca-certificates.crt"),
            Path.of("/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"),
            Path.of("/etc/ssl/ca-bundle.pem"),
            Path.of("/etc/ssl/cert.pem"));

    private static final List<Path> LOCALES =
            List.of(Path.of("/usr/lib/locale/C.utf8"), Path.of("/usr/lib/locale/C.UTF-8"));

    private HostFiles() {}

    /**
     * Adds what every Linux program may expect: users, groups, name service, a temporary directory, mount points, and
     * the CA certificates of this machine.
     */
    static void addSkeleton(LayerContent layer) {
        layer.directory("/tmp", 01777);
        layer.directory("/var/tmp", 01777);
        layer.directory("/root", 0700);
        layer.directory("/run", 0755);
        for (String mountPoint : List.of("/proc", "/sys", "/dev")) {
            layer.directory(mountPoint, 0755);
        }
        layer.link("/var/run", "/run");
        text(layer, "/etc/passwd", """
                root:x:0:0:root:/root:/bin/sh
                nonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin
                nobody:x:65534:65534:nobody:/:/sbin/nologin
                """);
        text(layer, "/etc/group", """
                root:x:0:
                nonroot:x:65532:
                nogroup:x:65534:
                """);
        text(layer, "/etc/nsswitch.conf", """
                passwd: files
                group: files
                hosts: files dns
                services: files
                """);
        for (Path bundle : AUTHORITIES) {
            if (Files.isReadable(bundle)) {
                layer.file("/etc/ssl/certs/ca-certificates.crt", bundle, 0644);
                break;
            }
        }
    }

    /** Adds the locale C.UTF-8 where the C library has it in files of its own, as glibc does. */
    static void addLocale(LayerContent layer) {
        LOCALES.stream().filter(Files::isDirectory).findFirst().ifPresent(locale -> add(layer, locale));
    }

    private static void text(LayerContent layer, String path, String content) {
        layer.file(path, content.getBytes(StandardCharsets.UTF_8), 0644);
    }

    /**
     * Adds the libraries that programs need, except those below {@code alreadyThere}, which the image gets elsewhere.
     */
    static void addLibraries(LayerContent layer, LibraryClosure.Result closure, Path alreadyThere) {
        for (Path file : closure.files()) {
            if (!file.startsWith(alreadyThere)) {
                add(layer, file);
            }
        }
        for (Path file : closure.outsideDefaults()) {
            if (!file.startsWith(alreadyThere)) {
                alias(layer, closure, String.valueOf(file.getFileName()), file.toString());
            }
        }
    }

    /**
     * Links a library into a default directory of the loader, since images have no {@code ld.so.cache}.
     *
     * @param file where the image has it
     */
    static void alias(LayerContent layer, LibraryClosure.Result closure, String name, String file) {
        Path alias = closure.files().stream()
                .filter(one -> one.getFileName().toString().startsWith("libc."))
                .findFirst()
                .orElse(Path.of("/lib/libc"))
                .resolveSibling(name);
        if (!layer.contains(alias.toString())) {
            layer.link(resolved(alias), file);
        }
    }

    /** A library in a default directory of the loader; empty when this machine has none of that name. */
    static List<Path> library(String name) {
        return LibraryClosure.defaults().stream()
                .map(directory -> directory.resolve(name))
                .filter(Files::isRegularFile)
                .limit(1)
                .toList();
    }

    /** The path with its directory resolved, which is where the layer has it. */
    private static String resolved(Path path) {
        try {
            Path directory = path.getParent();
            return directory == null
                    ? path.toString()
                    : directory.toRealPath().resolve(path.getFileName()).toString();
        } catch (IOException e) {
            return path.toString();
        }
    }

    /** Adds a file, and the links that lead to it. */
    static void add(LayerContent layer, Path file) {
        Deque<String> rest = new ArrayDeque<>();
        file.toAbsolutePath().normalize().forEach(part -> rest.add(part.toString()));
        Path at = Path.of("/");
        int links = 0;
        try {
            while (!rest.isEmpty()) {
                String part = rest.pop();
                if (part.equals("..")) {
                    at = at.getParent() == null ? at : at.getParent();
                    continue;
                }
                Path next = at.resolve(part);
                if (!Files.isSymbolicLink(next)) {
                    at = next;
                    continue;
                }
                if (++links > MAX_LINKS) {
                    throw ImageFailure.invalid(file + " leads through too many symbolic links");
                }
                Path target = Files.readSymbolicLink(next);
                layer.link(next.toString(), target.toString());
                for (int i = target.getNameCount() - 1; i >= 0; i--) {
                    rest.push(target.getName(i).toString());
                }
                at = target.isAbsolute() ? Path.of("/") : at;
            }
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read " + file, e);
        }
        if (Files.isDirectory(at)) {
            layer.tree(at.toString(), at);
        } else if (Files.exists(at)) {
            layer.file(at.toString(), at);
        } else {
            throw ImageFailure.notFound("there is no " + file + " on this machine");
        }
    }
}
