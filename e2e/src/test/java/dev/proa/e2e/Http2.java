package dev.proa.e2e;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Frames of HTTP/2 (RFC 9113) as bytes, the bad ones too. */
final class Http2 {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int WINDOW_UPDATE = 8;
    static final int CONTINUATION = 9;
    static final int END_STREAM = 1;
    static final int END_HEADERS = 4;
    private static final int PRIORITY = 0x20;

    /** GET https / of HPACK's static table. */
    private static final byte[] GET = {(byte) 0x82, (byte) 0x87, (byte) 0x84};

    private Http2() {}

    static byte[] preface() {
        return join("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII), frame(SETTINGS, 0, 0));
    }

    static byte[] frame(int type, int flags, int stream, byte... payload) {
        byte[] head = {
            (byte) (payload.length >> 16),
            (byte) (payload.length >> 8),
            (byte) payload.length,
            (byte) type,
            (byte) flags,
            (byte) (stream >> 24),
            (byte) (stream >> 16),
            (byte) (stream >> 8),
            (byte) stream
        };
        return join(head, payload);
    }

    /** A whole request for {@code /}. */
    static byte[] get(int stream) {
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, GET);
    }

    /** The beginning of one whose headers go on. */
    static byte[] begun(int stream) {
        return frame(HEADERS, 0, stream, GET);
    }

    static byte[] reset(int stream) {
        return frame(RESET, 0, stream, (byte) 0, (byte) 0, (byte) 0, (byte) 8);
    }

    /** Headers that HPACK does not keep, each of so many bytes. */
    static byte[] headers(int count, int size) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            byte[] name = ("x" + i).getBytes(StandardCharsets.US_ASCII);
            out.write(0);
            out.write(name.length);
            out.writeBytes(name);
            out.write(Math.min(size, 126));
            out.writeBytes("v".repeat(Math.min(size, 126)).getBytes(StandardCharsets.US_ASCII));
        }
        return out.toByteArray();
    }

    static void send(Socket socket, byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    /** A whole GET of a path. */
    static byte[] watch(int stream, String path) {
        byte[] text = path.getBytes(StandardCharsets.US_ASCII);
        byte[] block = join(new byte[] {(byte) 0x82, (byte) 0x87, 0x04, (byte) text.length}, text);
        return frame(HEADERS, END_HEADERS | END_STREAM, stream, block);
    }

    /** The statuses of so many answers, as far as HPACK's static table has them; others are {@code 429}, the only other one here. */
    static List<String> statuses(Socket socket, int count) throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        List<String> statuses = new ArrayList<>();
        while (statuses.size() < count) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            boolean priority = (in.readUnsignedByte() & PRIORITY) != 0;
            in.skipNBytes(4);
            byte[] payload = in.readNBytes(length);
            if (type == HEADERS) {
                statuses.add((payload[priority ? 5 : 0] & 0xff) == 0x88 ? "200" : "429");
            }
        }
        return statuses;
    }
}
