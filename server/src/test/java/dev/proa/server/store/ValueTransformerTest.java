package dev.proa.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueTransformerTest {
    private static final Key SECRET = new Key("secrets", "a", "password");

    @TempDir
    Path folder;

    /** AES-GCM with a random nonce before the text. */
    private record Aes(byte[] secret) implements ValueTransformer {
        private static final int NONCE = 12;

        @Override
        public byte[] toStorage(Key key, byte[] value) throws IOException {
            byte[] nonce = new byte[NONCE];
            new SecureRandom().nextBytes(nonce);
            byte[] text = run(Cipher.ENCRYPT_MODE, nonce, key, value, 0);
            byte[] all = Arrays.copyOf(nonce, NONCE + text.length);
            System.arraycopy(text, 0, all, NONCE, text.length);
            return all;
        }

        @Override
        public byte[] fromStorage(Key key, byte[] stored) throws IOException {
            return run(Cipher.DECRYPT_MODE, Arrays.copyOf(stored, NONCE), key, stored, NONCE);
        }

        private byte[] run(int mode, byte[] nonce, Key key, byte[] in, int from) throws IOException {
            try {
                Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
                cipher.init(mode, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(128, nonce));
                cipher.updateAAD(key.toString().getBytes(StandardCharsets.UTF_8));
                return cipher.doFinal(in, from, in.length - from);
            } catch (GeneralSecurityException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    private static ValueTransformer.Selector secretsBy(ValueTransformer transformer) {
        return resource -> resource.equals("secrets") ? transformer : ValueTransformer.IDENTITY;
    }

    private static ValueTransformer.Selector aes(int key) {
        byte[] secret = new byte[32];
        secret[0] = (byte) key;
        return secretsBy(new Aes(secret));
    }

    private Path file() {
        return folder.resolve("store.db");
    }

    private Store open(ValueTransformer.Selector transformers) {
        return MemoryStore.open(SqliteJournal.open(file(), transformers));
    }

    private void sql(String statement) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement run = connection.createStatement()) {
            run.executeUpdate(statement);
        }
    }

    private static MapValue value(String text) {
        return MapValue.of("metadata", MapValue.of("name", "password"), "text", text);
    }

    @Test
    void whatLiesInTheFileIsNotThePlainText() throws Exception {
        StoredObject written;
        try (Store store = open(aes(1))) {
            written = store.create(SECRET, value("correct horse"));
            written = store.update(SECRET, written.revision(), value("battery staple"));
            store.create(StoreSuite.pod("a", "x"), value("in the clear"));
            assertThat(StoreSuite.text(store.snapshot().get(SECRET))).isEqualTo("battery staple");
        }
        String bytes = Files.readString(file(), StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains("in the clear").doesNotContain("correct horse", "battery staple");
        try (Store store = open(aes(1))) {
            StoredObject read = store.snapshot().get(SECRET);
            assertThat(read.value()).isEqualTo(written.value());
            assertThat(read.json()).isEqualTo(written.json());
            assertThat(StoreSuite.text(store.snapshot(2).get(SECRET))).isEqualTo("correct horse");
        }
    }

    @Test
    void withAnotherKeyTheObjectIsNamed() {
        open(aes(1)).close();
        try (Store store = open(aes(1))) {
            store.create(SECRET, value("correct horse"));
        }
        assertThatThrownBy(() -> open(aes(2)))
                .isInstanceOf(Journal.JournalException.class)
                .hasMessageStartingWith("the store " + file()
                        + " has the object secrets/a/password of revision 2 in a form" + " that cannot be read: ")
                .hasMessageEndingWith("; start with the encryption keys it was written with");
        try (Store store = open(aes(1))) {
            assertThat(store.snapshot().get(SECRET)).as("nothing was harmed").isNotNull();
        }
    }

    @Test
    void aValueIsNotAcceptedUnderAnotherKey() throws Exception {
        try (Store store = open(aes(1))) {
            store.create(SECRET, value("correct horse"));
        }
        sql("UPDATE log SET name = 'other' WHERE name = 'password'");
        assertThatThrownBy(() -> open(aes(1)))
                .isInstanceOf(Journal.JournalException.class)
                .hasMessageContaining("secrets/a/other");
    }

    @Test
    void aWriteThatCannotBeTransformedFailsAndLaterOnesGoOn() {
        ValueTransformer broken = new ValueTransformer() {
            @Override
            public byte[] toStorage(Key key, byte[] value) throws IOException {
                throw new IOException("the key service is away");
            }

            @Override
            public byte[] fromStorage(Key key, byte[] stored) {
                return stored;
            }
        };
        try (Store store = open(secretsBy(broken))) {
            store.create(StoreSuite.pod("a", "x"), value("one"));
            assertThatThrownBy(() -> store.create(SECRET, value("two")))
                    .isInstanceOf(Store.UnavailableException.class)
                    .hasMessageContaining("secrets/a/password could not be transformed: the key service is away");
            assertThat(store.create(StoreSuite.pod("a", "y"), value("three")).revision())
                    .isEqualTo(3);
        }
    }
}
