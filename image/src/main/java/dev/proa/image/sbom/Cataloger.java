package dev.proa.image.sbom;

import dev.proa.image.ImageFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** Finds packages in files of one kind. The files are untrusted. */
interface Cataloger {
    /** Longer databases and descriptions of packages are not read. */
    int MAX_DOCUMENT_BYTES = 64 << 20;

    /**
     * Whether the file may tell of packages.
     *
     * @param path without a leading slash
     */
    boolean wants(String path, boolean executable);

    /**
     * Reads a file.
     *
     * @throws IOException when it is malformed, as an {@link ImageFailure} may say, too
     */
    List<Component> read(String path, InputStream content) throws IOException;

    /** All there are, the first that wants a file gets it. */
    static List<Cataloger> all(Path scratch) {
        return List.of(
                new DpkgCataloger(),
                new ApkCataloger(),
                new JarCataloger(),
                new NpmCataloger(),
                new PythonCataloger(),
                new BinaryCataloger(scratch));
    }

    /** Databases of packages that are not read: of them it is only said that they are there. */
    Set<String> UNREAD = Set.of(
            "usr/lib/sysimage/rpm/rpmdb.sqlite",
            "usr/lib/sysimage/rpm/Packages.db",
            "var/lib/rpm/rpmdb.sqlite",
            "var/lib/rpm/Packages",
            "var/lib/rpm/Packages.db");

    /** A document of bounded length. */
    static byte[] document(String path, InputStream content) throws IOException {
        byte[] bytes = content.readNBytes(MAX_DOCUMENT_BYTES + 1);
        if (bytes.length > MAX_DOCUMENT_BYTES) {
            throw ImageFailure.invalid(path + " is too long for a description of packages");
        }
        return bytes;
    }
}
