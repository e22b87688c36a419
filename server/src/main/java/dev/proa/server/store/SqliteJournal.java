package dev.proa.server.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.JDBC;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * A journal in one SQLite file.
 *
 * <pre>
 *   log   revision    primary key: rows are appended at the end of the file
 *         type        0 created, 1 updated, 2 deleted
 *         resource, namespace, name, created (the revision that created the object)
 *         value       JSON of the object, as its {@link ValueTransformer} stores it; null for a deletion
 *         checksum    CRC-32C of value
 *   past  compacted   one row: commits up to this revision may be missing when they are obsolete, later ones may not
 * </pre>
 *
 * <p>A batch is one transaction. With {@code journal_mode=WAL} and {@code synchronous=FULL} it ends with one fsync of the
 * write-ahead log, which lies beside the file while it is open: a backup of an open store needs both. The file names its format in
 * SQLite's {@code application_id} and {@code user_version}.
 */
public final class SqliteJournal implements Journal {
    /** "PROA" in ASCII. */
    static final int APPLICATION = 0x50524f41;

    static final int FORMAT = 1;

    /** 8 MiB. More makes for fewer and longer interruptions, and for a longer recovery. */
    private static final int CHECKPOINT_PAGES = 1_000;

    private static final int BUSY_MILLISECONDS = 5_000;

    /** There are secrets in it. What SQLite puts beside the file is given the same rights. */
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private static final Logger LOG = LoggerFactory.getLogger(SqliteJournal.class);

    private final Path file;
    private final FileLocks.Held lock;
    private final ValueTransformer.Selector transformers;
    private Statements statements;

    /** The last revision that is known to be durable. */
    private long appended;

    private boolean stale;
    private @Nullable Rewrite rewrite;
    private final CRC32C crc = new CRC32C();
    private boolean closed;

    /** As {@link #open(Path, ValueTransformer.Selector)}, with values as they are. */
    public static SqliteJournal open(Path file) {
        return open(file, ValueTransformer.Selector.IDENTITY);
    }

    /**
     * Opens the journal, or creates it with its folders. The first time in a process this takes a tenth of a second, for the most
     * part with SQLite's native library, of which a copy stays in the folder: start-up does it beside something else.
     *
     * @param transformers what is done to values before they are written; must be those that the values in the file were written with
     * @throws JournalException when another server has it open, when it is no journal, or one of a newer version, or damaged
     */
    public static SqliteJournal open(Path file, ValueTransformer.Selector transformers) {
        Path absolute = file.toAbsolutePath();
        if (absolute.toString().contains("?")) {
            throw new JournalException("SQLite cannot have a question mark in the path of a file: " + absolute);
        }
        Path folder = absolute.resolve("..").normalize();
        try {
            Files.createDirectories(folder);
            FileLocks.Held lock = FileLocks.take(absolute);
            try {
                SqliteLibrary.load(folder);
                return new SqliteJournal(absolute, lock, transformers);
            } catch (RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new JournalException("cannot open the store " + absolute + ": " + e, true, e);
        }
    }

    private SqliteJournal(Path file, FileLocks.Held lock, ValueTransformer.Selector transformers) throws IOException {
        this.file = file;
        this.lock = lock;
        this.transformers = transformers;
        boolean fresh = !Files.exists(file);
        if (fresh) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        } else {
            new SqliteFormat(file).checkHeader();
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(file);
            if (rights.retainAll(OWNER_ONLY)) {
                Files.setPosixFilePermissions(file, rights);
            }
        }
        try {
            statements = connect();
        } catch (SQLException e) {
            throw failure("cannot be opened", e);
        }
        if (fresh) {
            syncFolder();
        }
    }

    /** A connection with what is asked of it. They live and die together: the driver closes a statement that failed. */
    private record Statements(
            Connection connection, PreparedStatement insert, PreparedStatement delete, PreparedStatement compact) {}

    private Statements connect() throws SQLException {
        Connection connection = JDBC.createConnection("jdbc:sqlite:" + file, new SQLiteConfig().toProperties());
        try {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA busy_timeout = " + BUSY_MILLISECONDS);
                new SqliteFormat(file).checkOrCreate(connection, statement);
                statement.execute("PRAGMA synchronous = FULL");
                if (transformers != ValueTransformer.Selector.IDENTITY) {
                    statement.execute(
                            "PRAGMA secure_delete = ON"); // what is not encrypted yet does not stay in free pages
                }
                statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
            }
            connection.setAutoCommit(false);
            return new Statements(
                    connection,
                    connection.prepareStatement("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)"),
                    connection.prepareStatement("DELETE FROM log WHERE revision = ?"),
                    connection.prepareStatement("UPDATE past SET compacted = ? WHERE compacted < ?"));
        } catch (SQLException | RuntimeException e) {
            close(connection);
            throw e;
        }
    }

    /** So that the file itself is there after a power failure. */
    private void syncFolder() throws IOException {
        try (FileChannel folder = FileChannel.open(file.getParent(), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    @Override
    public boolean wantsBytes() {
        return true;
    }

    @Override
    public void recover(Recovery recovery) {
        try (Statement statement = statements.connection().createStatement()) {
            try (ResultSet past = statement.executeQuery("SELECT compacted FROM past")) {
                if (!past.next()) {
                    throw damaged("it does not say since when the past is known");
                }
                recovery.compacted(past.getLong(1));
            }
            try (ResultSet rows = statement.executeQuery("SELECT revision, type, resource, namespace, name, created,"
                    + " value, checksum FROM log ORDER BY revision")) {
                while (rows.next()) {
                    recover(rows, recovery);
                }
            }
            statements.connection().rollback(); // ends the read transaction
        } catch (SQLException e) {
            throw failure("cannot be read", e);
        }
    }

    private void recover(ResultSet row, Recovery recovery) throws SQLException {
        appended = row.getLong(1);
        Key key = new Key(row.getString(3), row.getString(4), row.getString(5));
        if (row.getInt(2) == Watch.Type.DELETED.ordinal()) {
            recovery.delete(key, appended);
            return;
        }
        byte[] value = row.getBytes(7);
        if (value == null || checksum(value) != row.getLong(8)) {
            throw damaged("the object " + key + " of revision " + appended + " is not what was written");
        }
        byte[] plain = readable(key, value);
        stale |= transformers.of(key.resource()).isStale(key, value);
        recovery.put(key, row.getLong(6), appended, plain);
    }

    private byte[] readable(Key key, byte[] stored) {
        try {
            return transformers.of(key.resource()).fromStorage(key, stored);
        } catch (IOException | RuntimeException e) {
            throw new JournalException(
                    "the store " + file + " has the object " + key + " of revision " + appended
                            + " in a form that cannot be read: " + e.getMessage()
                            + "; start with the encryption keys it was written with",
                    false,
                    e);
        }
    }

    private long checksum(byte[] value) {
        crc.reset();
        crc.update(value);
        return crc.getValue();
    }

    @Override
    public void append(List<Watch.Event> batch) {
        try {
            for (Watch.Event event : batch) {
                insert(event);
            }
            statements.connection().commit();
            appended = batch.getLast().revision();
        } catch (SQLException e) {
            throw undo("could not be written", e);
        }
    }

    private void insert(Watch.Event event) throws SQLException {
        PreparedStatement insert = statements.insert();
        StoredObject object = event.object();
        insert.setLong(1, object.revision());
        insert.setInt(2, event.type().ordinal());
        insert.setString(3, object.key().resource());
        insert.setString(4, object.key().namespace());
        insert.setString(5, object.key().name());
        insert.setLong(6, object.createRevision());
        if (event.type() == Watch.Type.DELETED) {
            insert.setBytes(7, null);
            insert.setLong(8, 0);
        } else {
            byte[] value = stored(object);
            insert.setBytes(7, value);
            insert.setLong(8, checksum(value));
        }
        insert.executeUpdate();
    }

    private byte[] stored(StoredObject object) throws SQLException {
        Key key = object.key();
        try {
            return transformers.of(key.resource()).toStorage(key, object.json());
        } catch (IOException | RuntimeException e) {
            throw new TransformException(key, e);
        }
    }

    /** A value could not be transformed. */
    private static final class TransformException extends SQLException {
        private static final long serialVersionUID = 1;

        TransformException(Key key, Exception cause) {
            super("the value of " + key + " could not be transformed: " + cause.getMessage(), cause);
        }
    }

    @Override
    public void forget(long compacted, List<Long> obsolete) {
        try {
            PreparedStatement compact = statements.compact();
            compact.setLong(1, compacted);
            compact.setLong(2, compacted);
            compact.executeUpdate();
            PreparedStatement delete = statements.delete();
            for (long revision : obsolete) {
                delete.setLong(1, revision);
                delete.executeUpdate();
            }
            statements.connection().commit();
        } catch (SQLException e) {
            throw undo("could not be compacted", e);
        }
    }

    @Override
    public boolean isStale() {
        return stale;
    }

    @Override
    public boolean rewrite() {
        String generation = transformers.generation();
        Rewrite current = rewrite;
        if (current == null || !current.generation().equals(generation)) {
            current = new Rewrite(generation);
        }
        try {
            boolean more = current.some(statements.connection(), this::rewritten);
            rewrite = more ? current : null;
            if (!more) {
                if (current.count() > 0) {
                    clean();
                }
                stale = false;
                transformers.rewritten(generation);
                LOG.info("Of the store {} {} values were rewritten in their present form", file, current.count());
            }
            return more;
        } catch (SQLException e) {
            rewrite = null;
            throw undo("could not be rewritten", e);
        }
    }

    /** Removes what was replaced from the free pages of the file, and from the write-ahead log. */
    private void clean() throws SQLException {
        close(statements.connection()); // SQLite wants nobody to have prepared anything
        try (Connection connection = JDBC.createConnection("jdbc:sqlite:" + file, new SQLiteConfig().toProperties());
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = " + BUSY_MILLISECONDS);
            statement.execute("VACUUM");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        } finally {
            statements = connect();
        }
    }

    /** A stored value in the form of today; null when it has that already. */
    private Rewrite.@Nullable Stored rewritten(Key key, byte[] before, long sum) throws SQLException {
        ValueTransformer transformer = transformers.of(key.resource());
        if (!transformer.isStale(key, before)) {
            return null;
        }
        if (checksum(before) != sum) {
            throw damaged("the object " + key + " is not what was written");
        }
        try {
            byte[] plain = transformer.fromStorage(key, before);
            byte[] after = transformer.toStorage(key, plain);
            if (!Arrays.equals(plain, transformer.fromStorage(key, after))) {
                throw new IOException("what was encrypted does not decrypt to the same");
            }
            return new Rewrite.Stored(after, checksum(after));
        } catch (IOException | RuntimeException e) {
            throw new TransformException(key, e);
        }
    }

    /** Only of some errors it is certain that nothing of what was asked can turn up later. */
    private JournalException undo(String what, SQLException cause) {
        SQLiteErrorCode code = code(cause);
        boolean harmless = code == SQLiteErrorCode.SQLITE_FULL
                || code == SQLiteErrorCode.SQLITE_BUSY
                || cause instanceof TransformException;
        return new JournalException(message(what, cause), harmless && undone(cause), cause);
    }

    private boolean undone(SQLException cause) {
        close(statements.connection());
        try {
            statements = connect();
            try (Statement statement = statements.connection().createStatement();
                    ResultSet last = statement.executeQuery("SELECT max(revision) FROM log")) {
                return last.next() && last.getLong(1) <= appended;
            }
        } catch (SQLException | JournalException e) {
            cause.addSuppressed(e);
            return false;
        }
    }

    private JournalException failure(String what, SQLException cause) {
        return new JournalException(message(what, cause), false, cause);
    }

    private JournalException damaged(String how) {
        return new JournalException("the store " + file + " is damaged: " + how + "; restore a backup");
    }

    private String message(String what, SQLException cause) {
        String store = "the store " + file + " " + what + ": ";
        return switch (code(cause)) {
            case SQLITE_FULL -> store + "the disk is full; free some space";
            case SQLITE_BUSY -> store + "another program has locked it; end that program";
            case SQLITE_CORRUPT, SQLITE_NOTADB -> store + "it is damaged; restore a backup";
            case SQLITE_READONLY, SQLITE_CANTOPEN, SQLITE_PERM ->
                store + "look at the rights of the file and of its folder";
            default -> store + cause.getMessage();
        };
    }

    private static SQLiteErrorCode code(SQLException e) {
        if (e instanceof SQLiteException sqlite) {
            int primary = sqlite.getResultCode().code & 0xff; // the rest says more of the same
            return SQLiteErrorCode.getErrorCode(primary);
        }
        return SQLiteErrorCode.UNKNOWN_ERROR;
    }

    /** Has SQLite behave as with a full disk once the file has so many pages. */
    void limitPages(int pages) throws SQLException {
        try (Statement statement = statements.connection().createStatement()) {
            statement.execute("PRAGMA max_page_count = " + pages);
            statements.connection().commit();
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            close(statements.connection());
            lock.close();
        }
    }

    private void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // what was committed is in the write-ahead log, from where it is read the next time
            LOG.warn("closing the store {}: {}", file, e.getMessage());
        }
    }
}
