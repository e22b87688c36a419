package dev.proa.node.server;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.node.cri.StreamSession;

/** Sizes of terminals, as clients send them: {@code {"Width":80,"Height":24}}. */
final class TerminalSize {
    private TerminalSize() {}

    /** Tells the terminal of {@code session} its size; a message that is none changes nothing. */
    static void apply(byte[] json, StreamSession session) {
        try {
            MapValue size = Json.decodeMap(json);
            int columns = (int) size.integer("Width", 0);
            int rows = (int) size.integer("Height", 0);
            if (columns > 0 && rows > 0) {
                session.resize(columns, rows);
            }
        } catch (DecodeException e) {
            // Kubernetes' kubelet ignores it as well: it concerns how a terminal looks only.
        }
    }
}
