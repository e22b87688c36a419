package dev.proa.server.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Goes through all rows of a journal and replaces values, in transactions of bounded size. For one thread. */
final class Rewrite {
    private static final int MOST_ROWS = 200;
    private static final int MOST_BYTES = 1 << 20;

    private final String generation;
    private long done;
    private long count;

    /** What a row is to have. */
    record Stored(byte[] value, long checksum) {}

    /** Makes a value anew. */
    @FunctionalInterface
    interface Form {
        /** What is to be stored instead of a value; null when it can stay. */
        @Nullable
        Stored of(Key key, byte[] value, long checksum) throws SQLException;
    }

    /** @param generation of the transformers by which values are replaced */
    Rewrite(String generation) {
        this.generation = generation;
    }

    String generation() {
        return generation;
    }

    /** How many values were replaced. */
    long count() {
        return count;
    }

    /** Replaces values of some rows, durably. False when there are no more rows. */
    boolean some(Connection connection, Form form) throws SQLException {
        int rows = 0;
        long bytes = 0;
        try (PreparedStatement read = connection.prepareStatement("SELECT revision, resource, namespace, name, value,"
                        + " checksum FROM log WHERE revision > ? AND value IS NOT NULL ORDER BY revision LIMIT "
                        + MOST_ROWS);
                PreparedStatement write =
                        connection.prepareStatement("UPDATE log SET value = ?, checksum = ? WHERE revision = ?")) {
            read.setLong(1, done);
            try (ResultSet row = read.executeQuery()) {
                while (bytes < MOST_BYTES && row.next()) {
                    rows++;
                    done = row.getLong(1);
                    byte[] value = row.getBytes(5);
                    bytes += value.length;
                    Stored stored = form.of(
                            new Key(row.getString(2), row.getString(3), row.getString(4)), value, row.getLong(6));
                    if (stored != null) {
                        count++;
                        write.setBytes(1, stored.value());
                        write.setLong(2, stored.checksum());
                        write.setLong(3, done);
                        write.executeUpdate();
                    }
                }
            }
            connection.commit();
        }
        return rows > 0;
    }
}
