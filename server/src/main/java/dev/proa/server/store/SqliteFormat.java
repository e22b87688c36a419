package dev.proa.server.store;

import dev.proa.server.store.Journal.JournalException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Tells whether a file is a journal that this version knows, and makes one of a file in which there is nothing. */
record SqliteFormat(Path file) {
    /** Twice SQLite's usual: a fifth less processor time for a write of some kilobytes. */
    private static final int PAGE_BYTES = 8192;

    private static final byte[] HEADER = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    /** Finds out what SQLite would call by another name, before it touches the file. */
    void checkHeader() throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] start = in.readNBytes(HEADER.length);
            if (start.length > 0 && !java.util.Arrays.equals(start, HEADER)) {
                throw new JournalException(
                        file + " is not a store, and not a SQLite file at all; choose another path, or "
                                + "restore a backup if it was one");
            }
        }
    }

    void checkOrCreate(Connection connection, Statement statement) throws SQLException {
        int application = integer(statement, "PRAGMA application_id");
        int format = integer(statement, "PRAGMA user_version");
        if (application == 0 && integer(statement, "SELECT count(*) FROM sqlite_schema") == 0) {
            statement.execute("PRAGMA page_size = " + PAGE_BYTES);
            statement.execute("PRAGMA journal_mode = WAL");
            create(connection, statement);
        } else if (application != SqliteJournal.APPLICATION) {
            throw new JournalException(file + " is a SQLite file, but not a store; choose another path");
        } else if (format > SqliteJournal.FORMAT) {
            throw new JournalException("the store " + file + " was written by a newer version (format " + format
                    + ", this one knows " + SqliteJournal.FORMAT + "); use that version, or a backup from before");
        } else {
            statement.execute("PRAGMA journal_mode = WAL");
        }
    }

    /** All or nothing, so that a crash leaves a file that is taken for a new one. */
    private static void create(Connection connection, Statement statement) throws SQLException {
        connection.setAutoCommit(false);
        statement.execute("""
                CREATE TABLE log (
                  revision INTEGER PRIMARY KEY,
                  type INTEGER NOT NULL,
                  resource TEXT NOT NULL,
                  namespace TEXT NOT NULL,
                  name TEXT NOT NULL,
                  created INTEGER NOT NULL,
                  value BLOB,
                  checksum INTEGER NOT NULL
                ) STRICT""");
        statement.execute("CREATE TABLE past (compacted INTEGER NOT NULL) STRICT");
        statement.execute("INSERT INTO past VALUES (" + MemoryStore.FIRST_REVISION + ")");
        statement.execute("PRAGMA application_id = " + SqliteJournal.APPLICATION);
        statement.execute("PRAGMA user_version = " + SqliteJournal.FORMAT);
        connection.commit();
        connection.setAutoCommit(true);
    }

    private static int integer(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            return result.next() ? result.getInt(1) : 0;
        }
    }
}
