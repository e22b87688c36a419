package dev.proa.image.sbom;

import dev.proa.image.ImageFailure;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Libraries of Java: what Maven wrote into jars ({@code pom.properties}), else what their manifests and names say; and jars within
 * wars and executable jars.
 */
final class JarCataloger implements Cataloger {
    private static final Pattern ARCHIVE = Pattern.compile(".*\\.(jar|war|ear)");
    private static final Pattern POM = Pattern.compile("META-INF/maven/[^/]+/[^/]+/pom\\.properties");
    private static final Pattern VERSIONED = Pattern.compile("(.+?)-([0-9][^/]*)\\.(jar|war|ear)");
    private static final int MAX_DEPTH = 3;
    private static final int MAX_PROPERTIES_BYTES = 1 << 16;
    private static final int MAX_MANIFEST_BYTES = 1 << 20;
    /** All that an archive may unpack to, the archives in it included. */
    private static final long MAX_PLAIN_BYTES = 2L << 30;

    @Override
    public boolean wants(String path, boolean executable) {
        return ARCHIVE.matcher(path).matches();
    }

    @Override
    public List<Component> read(String path, InputStream content) throws IOException {
        List<Component> found = new ArrayList<>();
        scan(path, new Bounded(content, MAX_PLAIN_BYTES), found, 0);
        return found;
    }

    private static void scan(String path, InputStream content, List<Component> found, int depth) throws IOException {
        ZipInputStream zip = new ZipInputStream(content);
        List<Component> own = new ArrayList<>();
        Attributes manifest = null;
        try {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                String name = entry.getName();
                InputStream plain = new Bounded(zip, MAX_PLAIN_BYTES);
                if (POM.matcher(name).matches()) {
                    own.addAll(pom(plain));
                } else if (name.equals("META-INF/MANIFEST.MF")) {
                    manifest = manifest(plain);
                } else if (depth < MAX_DEPTH && ARCHIVE.matcher(name).matches()) {
                    scan(name, plain, found, depth + 1);
                }
            }
        } catch (ZipException | EOFException e) {
            throw new ImageFailure(ImageFailure.Reason.INVALID, path + " is a damaged archive: " + e.getMessage(), e);
        }
        if (own.isEmpty()) {
            Component guessed = guess(path.substring(path.lastIndexOf('/') + 1), manifest);
            if (guessed != null) {
                own.add(guessed);
            }
        }
        found.addAll(own);
    }

    private static List<Component> pom(InputStream plain) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new ByteArrayInputStream(plain.readNBytes(MAX_PROPERTIES_BYTES)));
        } catch (IllegalArgumentException e) {
            return List.of(); // a malformed escape
        }
        String artifact = properties.getProperty("artifactId", "");
        return artifact.isEmpty()
                ? List.of()
                : List.of(new Component(
                        "maven",
                        properties.getProperty("groupId", ""),
                        artifact,
                        properties.getProperty("version", "")));
    }

    private static @Nullable Attributes manifest(InputStream plain) {
        try {
            return new Manifest(new ByteArrayInputStream(plain.readNBytes(MAX_MANIFEST_BYTES))).getMainAttributes();
        } catch (IOException e) {
            return null; // jars without a valid one work, too
        }
    }

    /** A jar that Maven did not make: name and version of the file, and what the manifest knows. */
    private static @Nullable Component guess(String file, @Nullable Attributes manifest) {
        Matcher versioned = VERSIONED.matcher(file);
        boolean named = versioned.matches();
        String name = named
                ? versioned.group(1)
                : value(manifest, "Bundle-SymbolicName").replaceFirst(";.*", "");
        String version = named ? versioned.group(2) : value(manifest, "Implementation-Version");
        if (version.isEmpty()) {
            version = value(manifest, "Bundle-Version");
        }
        return name.isEmpty() || version.isEmpty()
                ? null
                : new Component("maven", value(manifest, "Implementation-Vendor-Id"), name, version);
    }

    private static String value(@Nullable Attributes manifest, String name) {
        String value = manifest == null ? null : manifest.getValue(name);
        return value == null ? "" : value.strip();
    }

    /** Content that may not become longer than a limit; closing it leaves what it reads open. */
    private static final class Bounded extends FilterInputStream {
        private long left;

        Bounded(InputStream in, long limit) {
            super(in);
            left = limit;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int n = super.read(bytes, offset, length);
            left -= Math.max(0, n);
            if (left < 0) {
                throw ImageFailure.invalid("an archive in the image unpacks to more than a library can have");
            }
            return n;
        }

        @Override
        public void close() {}
    }
}
