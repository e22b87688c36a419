package dev.proa.server.store;

import dev.proa.server.store.Journal.JournalException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * Loads SQLite's native library from a copy that stays. Left to itself the driver makes a copy in the folder for temporary files
 * each time, compares it, and leaves it there when the process is killed.
 */
final class SqliteLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteLibrary.class);
    private static final String PATH = "org.sqlite.lib.path";
    private static final String NAME = "org.sqlite.lib.name";
    private static boolean loaded;

    private SqliteLibrary() {}

    static synchronized void load(Path folder) {
        if (loaded) {
            return;
        }
        if (System.getProperty(PATH) == null) {
            offerCopy(folder);
        }
        try {
            SQLiteJDBCLoader.initialize();
        } catch (Exception e) {
            throw new JournalException(
                    "SQLite cannot be loaded on this machine (" + System.getProperty("os.name") + ", "
                            + System.getProperty("os.arch") + "): " + e.getMessage(),
                    true,
                    e);
        }
        loaded = true;
    }

    /** Tells the driver where the copy is. When there can be none, the driver finds another way. */
    private static void offerCopy(Path folder) {
        String name = LibraryLoaderUtil.getNativeLibName();
        URL resource = SqliteLibrary.class.getResource(LibraryLoaderUtil.getNativeLibResourcePath() + "/" + name);
        if (resource == null) {
            return;
        }
        Path home = folder.resolve("lib").resolve("sqlite-" + SQLiteJDBCLoader.getVersion());
        Path copy = home.resolve(name);
        try {
            URLConnection connection = resource.openConnection();
            if (!Files.exists(copy) || Files.size(copy) != connection.getContentLengthLong()) {
                Files.createDirectories(home);
                extract(connection, copy, Files.createTempFile(home, "partial", null));
            }
            System.setProperty(PATH, home.toString());
            System.setProperty(NAME, name);
        } catch (IOException e) {
            LOG.info("no copy of SQLite's library in {}: {}", copy, e.toString());
        }
    }

    private static void extract(URLConnection from, Path copy, Path partial) throws IOException {
        try {
            try (InputStream in = from.getInputStream()) {
                Files.copy(in, partial, StandardCopyOption.REPLACE_EXISTING);
            }
            Files.move(partial, copy, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }
}
