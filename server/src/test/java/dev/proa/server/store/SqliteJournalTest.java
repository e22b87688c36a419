package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import dev.proa.server.store.Journal.JournalException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteJournalTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("deep/er/store.db");
    }

    private MemoryStore open() {
        return MemoryStore.open(SqliteJournal.open(file));
    }

    private void fill(int objects) {
        try (MemoryStore store = open()) {
            for (int i = 0; i < objects; i++) {
                store.create(new Key("pods", "a", "x" + i), MapValue.of("text", "some text, number " + i));
            }
        }
    }

    private long sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            if (!sql.execute(statement)) {
                return sql.getUpdateCount();
            }
            try (ResultSet result = sql.getResultSet()) {
                return result.next() ? result.getLong(1) : -1;
            }
        }
    }

    @Test
    void aSecondServerIsToldWhoHasTheStore() {
        try (MemoryStore store = open()) {
            assertThatThrownBy(this::open)
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining("in use by this process");
            store.create(new Key("pods", "a", "x"), MapValue.EMPTY);
        }
        try (MemoryStore store = open()) {
            assertThat(store.revision()).isEqualTo(2);
        }
    }

    @Test
    void secretsAreForTheirOwnerOnly() throws Exception {
        fill(1);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--")); // as it used to be made
        for (int i = 0; i < 2; i++) {
            try (MemoryStore store = open()) {
                store.create(new Key("secrets", "a", "x" + i), MapValue.EMPTY);
                for (String name : List.of("store.db", "store.db-wal", "store.db-shm")) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.resolveSibling(name))))
                            .as(name)
                            .isEqualTo("rw-------");
                }
            }
            if (i == 0) {
                Files.delete(file);
            }
        }
    }

    @Test
    void aFileOfAnotherKindIsLeftAlone() throws Exception {
        Files.createDirectories(file.getParent());
        byte[] bytes = "this is a diary, not a database".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        Files.write(file, bytes);
        assertThatThrownBy(this::open).isInstanceOf(JournalException.class).hasMessageContaining("not a SQLite file");
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    void aDatabaseOfSomebodyElseIsLeftAlone() throws Exception {
        Files.createDirectories(file.getParent());
        sql("CREATE TABLE recipes (name TEXT)");
        assertThatThrownBy(this::open).isInstanceOf(JournalException.class).hasMessageContaining("not a store");
        assertThat(sql("SELECT count(*) FROM sqlite_schema")).isEqualTo(1);
    }

    @Test
    void aStoreOfANewerVersionIsLeftAlone() throws Exception {
        fill(1);
        sql("PRAGMA user_version = 2");
        assertThatThrownBy(this::open)
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("newer version (format 2, this one knows 1)");
    }

    @Test
    void anEmptyFileBecomesAStore() throws Exception {
        Files.createDirectories(file.getParent());
        Files.createFile(file);
        try (MemoryStore store = open()) {
            assertThat(store.revision()).isEqualTo(1);
        }
    }

    @Test
    void damageIsFound() throws Exception {
        fill(2_000);
        byte[] bytes = Files.readAllBytes(file);
        byte[] holed = bytes.clone();
        java.util.Arrays.fill(holed, 40_960, 45_056, (byte) 0x55);
        Files.write(file, holed);
        assertThatThrownBy(this::open).isInstanceOf(JournalException.class).hasMessageContaining("damaged");
        byte[] flipped = bytes.clone();
        String text = new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
        // wherever it stands: SQLite leaves copies behind in what is free of a page
        for (int at = text.indexOf("number 77"); at >= 0; at = text.indexOf("number 77", at + 1)) {
            flipped[at] ^= 1;
        }
        Files.write(file, flipped);
        assertThatThrownBy(this::open)
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("is not what was written");
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(this::open).isInstanceOf(JournalException.class).hasMessageContaining("damaged");
    }

    @Test
    void aMissingCommitIsFound() throws Exception {
        fill(5);
        sql("DELETE FROM log WHERE revision = 4");
        assertThatThrownBy(this::open)
                .isInstanceOf(JournalException.class)
                .hasMessageContaining("between the revisions 3 and 5");
    }

    @Test
    void whatIsObsoleteLeavesTheFile() throws Exception {
        Key key = new Key("pods", "a", "x");
        try (MemoryStore store = open()) {
            StoredObject object = store.create(key, MapValue.EMPTY);
            for (int i = 0; i < 2_500; i++) {
                object = store.update(key, object.revision(), MapValue.EMPTY);
            }
            store.delete(key, object.revision(), MapValue.EMPTY);
            store.create(key, MapValue.EMPTY);
            store.compact(store.revision());
        }
        assertThat(sql("SELECT count(*) FROM log")).isEqualTo(1);
        assertThat(sql("SELECT compacted FROM past")).isEqualTo(2_504);
    }

    @Test
    void whatACrashLeftObsoleteLeavesTheFileLater() throws Exception {
        Key key = new Key("pods", "a", "x");
        try (MemoryStore store = open()) {
            StoredObject object = store.create(key, MapValue.EMPTY);
            object = store.update(key, object.revision(), MapValue.EMPTY);
            store.delete(key, object.revision(), MapValue.EMPTY);
            store.create(key, MapValue.EMPTY);
            store.create(new Key("pods", "a", "y"), MapValue.EMPTY);
        }
        sql("UPDATE past SET compacted = 6");
        try (MemoryStore store = open()) {
            assertThat(store.revision()).isEqualTo(6);
            assertThat(store.compactedRevision()).isEqualTo(6);
            assertThat(store.snapshot().count("pods", null)).isEqualTo(2);
        }
        assertThat(sql("SELECT count(*) FROM log")).isEqualTo(2);
    }

    @Test
    void aFullDiskRefusesWritesAndLosesNothing() throws Exception {
        SqliteJournal journal = SqliteJournal.open(file);
        long last = 0;
        try (MemoryStore store = MemoryStore.open(journal)) {
            store.create(new Key("pods", "a", "small"), MapValue.EMPTY);
        }
        journal = SqliteJournal.open(file);
        journal.limitPages(20);
        try (MemoryStore store = MemoryStore.open(journal)) {
            assertThatThrownBy(() ->
                            store.create(new Key("pods", "a", "large"), MapValue.of("text", "x".repeat(1 << 20))))
                    .isInstanceOf(Store.UnavailableException.class)
                    .hasMessageContaining("the disk is full");
            assertThat(store.snapshot().get(new Key("pods", "a", "large"))).isNull();
            assertThat(store.revision()).isEqualTo(2);
            last = store.create(new Key("pods", "a", "small too"), MapValue.EMPTY)
                    .revision();
            assertThat(last).as("the number was not used up").isEqualTo(3);
        }
        try (MemoryStore store = open()) {
            assertThat(store.revision()).isEqualTo(last);
            assertThat(store.snapshot().count("pods", null)).isEqualTo(2);
        }
    }
}
