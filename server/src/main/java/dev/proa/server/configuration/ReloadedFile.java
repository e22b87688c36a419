package dev.proa.server.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that is read again when it changes. What cannot be used changes nothing, and is logged once. Safe for any thread.
 *
 * <p>A parser and a user of values throw IllegalArgumentException when the file is not as it should be, and UncheckedIOException when something else
 * that it needs is not there. Their messages have no secrets. After the latter the same file is tried again at the next {@link #reload}.
 */
public final class ReloadedFile<T> {
    private static final Logger LOG = LoggerFactory.getLogger(ReloadedFile.class);
    private static final int LARGEST = 4 << 20;

    private final Path file;
    private final Function<byte[], T> parser;
    private final boolean alone;
    private final T first;
    private byte[] inForce;
    private byte @Nullable [] refused;
    private String problem = "";

    /** What became of a {@link #reload}. */
    public enum Outcome {
        /** Nothing is new: neither the file nor what is wrong with it. */
        SAME,
        /** Another value is in force. */
        REPLACED,
        /** The file cannot be used, for a reason that was not there before. */
        FAILED
    }

    /** Takes the place of the value before. */
    @FunctionalInterface
    public interface Use<T> {
        void with(T value, byte[] text);
    }

    /**
     * Reads the file.
     *
     * @param alone whether the file alone decides if it can be used; then one that was refused is not parsed again
     * @throws IllegalArgumentException when it cannot be used
     * @throws UncheckedIOException when it cannot be read
     */
    public ReloadedFile(Path file, boolean alone, Function<byte[], T> parser) {
        this.file = file;
        this.alone = alone;
        this.parser = parser;
        inForce = bytes();
        first = parser.apply(inForce);
    }

    public Path file() {
        return file;
    }

    /** What was read at first. */
    public T first() {
        return first;
    }

    /** The bytes that were used last. */
    public synchronized byte[] text() {
        return inForce;
    }

    /** Reads the file again, and has its value used if it is another one. */
    public synchronized Outcome reload(Use<T> use) {
        byte[] text = null;
        try {
            text = bytes();
            if (Arrays.equals(text, inForce)) {
                refused = null;
                problem = "";
                return Outcome.SAME;
            }
            if (Arrays.equals(text, refused)) {
                return Outcome.SAME;
            }
            use.with(parser.apply(text), text);
            inForce = text;
            refused = null;
            problem = "";
            LOG.info("The new {} is in force", file);
            return Outcome.REPLACED;
        } catch (IllegalArgumentException e) {
            refused = alone ? text : null;
            return failed(e);
        } catch (UncheckedIOException e) {
            return failed(e);
        }
    }

    private Outcome failed(RuntimeException e) {
        String now = String.valueOf(e.getMessage());
        if (now.equals(problem)) {
            return Outcome.SAME;
        }
        problem = now;
        LOG.error("The new {} is not used; what was there before stays in force: {}", file, now);
        return Outcome.FAILED;
    }

    private byte[] bytes() {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] text = in.readNBytes(LARGEST + 1);
            if (text.length > LARGEST) {
                throw new IllegalArgumentException(file + " is larger than 4 MiB");
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
