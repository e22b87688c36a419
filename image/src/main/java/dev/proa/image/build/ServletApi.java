package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Enumeration;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/** The packages of the servlets of a war, which decide which Tomcat serves it. */
enum ServletApi {
    /** Up to Jakarta EE 8: {@code javax.servlet}. */
    JAVAX("javax/servlet/", "9.0.112"),
    /** Since Jakarta EE 9: {@code jakarta.servlet}. */
    JAKARTA("jakarta/servlet/", "11.0.27");

    private static final int LARGEST_CLASS = 8 << 20;
    private static final int LARGEST_DESCRIPTOR = 1 << 20;

    private final String packages;
    private final String tomcat;

    ServletApi(String packages, String tomcat) {
        this.packages = packages;
        this.tomcat = tomcat;
    }

    /** The version of Tomcat that serves it. */
    String tomcat() {
        return tomcat;
    }

    /**
     * Tells by the application's own classes, else by the namespace of {@code web.xml}, else by the libraries; Jakarta's
     * when none of them says.
     */
    static ServletApi of(WarFile war) {
        try {
            Set<ServletApi> used = ofClasses(war.classes());
            if (used.isEmpty()) {
                used = ofDescriptor(war.root().resolve("WEB-INF/web.xml"));
            }
            if (used.isEmpty()) {
                for (Path library : war.libraries()) {
                    used.addAll(ofLibrary(library));
                }
            }
            return used.equals(EnumSet.of(JAVAX)) ? JAVAX : JAKARTA;
        } catch (IOException e) {
            throw ImageFailure.storage("cannot read the classes of a war", e);
        }
    }

    private static Set<ServletApi> ofClasses(Path directory) throws IOException {
        Set<ServletApi> used = EnumSet.noneOf(ServletApi.class);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    (Iterable<Path>) files.filter(path -> path.toString().endsWith(".class"))::iterator) {
                try (InputStream in = Files.newInputStream(file)) {
                    used.addAll(ofClass(in));
                }
            }
        }
        return used;
    }

    private static Set<ServletApi> ofLibrary(Path library) throws IOException {
        Set<ServletApi> used = EnumSet.noneOf(ServletApi.class);
        try (JarFile jar = new JarFile(library.toFile())) {
            for (Enumeration<JarEntry> entries = jar.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(".class")) {
                    try (InputStream in = jar.getInputStream(entry)) {
                        used.addAll(ofClass(in));
                    }
                }
            }
        }
        return used;
    }

    /** The names of classes are plain text in the constant pool. */
    private static Set<ServletApi> ofClass(InputStream in) throws IOException {
        String text = new String(in.readNBytes(LARGEST_CLASS), StandardCharsets.ISO_8859_1);
        Set<ServletApi> used = EnumSet.noneOf(ServletApi.class);
        for (ServletApi api : values()) {
            if (text.contains(api.packages)) {
                used.add(api);
            }
        }
        return used;
    }

    private static Set<ServletApi> ofDescriptor(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            return EnumSet.noneOf(ServletApi.class);
        }
        String text;
        try (InputStream in = Files.newInputStream(file)) {
            text = new String(in.readNBytes(LARGEST_DESCRIPTOR), StandardCharsets.UTF_8);
        }
        if (text.contains("jakarta.ee/xml/ns/jakartaee")) {
            return EnumSet.of(JAKARTA);
        }
        return text.contains("/xml/ns/javaee") || text.contains("/xml/ns/j2ee") || text.contains("/dtd/web-app_2")
                ? EnumSet.of(JAVAX)
                : EnumSet.noneOf(ServletApi.class);
    }
}
