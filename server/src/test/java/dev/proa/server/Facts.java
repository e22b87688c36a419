package dev.proa.server;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** What the real control plane answered; see {@code src/test/facts/record}. */
public final class Facts {
    private Facts() {}

    /** The lines of a recorded file, each an object. */
    public static List<MapValue> read(String name) {
        return lines(name).stream().map(Json::decodeMap).toList();
    }

    /** The lines of a recorded file, which may be compressed ({@code .gz}). */
    public static List<String> lines(String name) {
        try (InputStream in = Facts.class.getResourceAsStream("/dev/proa/server/facts/" + name)) {
            if (in == null) {
                throw new IllegalStateException("no recorded facts " + name);
            }
            byte[] bytes = (name.endsWith(".gz") ? new GZIPInputStream(in) : in).readAllBytes();
            return new String(bytes, StandardCharsets.UTF_8).lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
