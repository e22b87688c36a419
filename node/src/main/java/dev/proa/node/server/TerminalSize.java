package dev.proa.node.server;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.node.cri.StreamSession;

/** Parses terminal sizes, as clients send them: {@code {"Width":80,"Height":24}}. */
final class TerminalSize {
    private TerminalSize() {}

    /** Resizes the terminal of {@code session}; invalid messages are ignored. */
    static void apply(byte[] json, StreamSession session) {
        try {
            MapValue size = Json.decodeMap(json);
            int columns = (int) size.integer("Width", 0);
            int rows = (int) size.integer("Height", 0);
            if (columns > 0 && rows > 0) {
                session.resize(columns, rows);
            }
        } catch (DecodeException e) {
            // Kubernetes' kubelet ignores it as well: it only affects how a terminal looks.
        }
    }
}
