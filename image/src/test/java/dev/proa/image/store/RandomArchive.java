package dev.proa.image.store;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Archives of a seed, well-formed enough to get far: few names, so that entries meet each other, and links that lead everywhere.
 * Headers are written byte by byte, since a library would refuse to write what has to be tried.
 */
final class RandomArchive {
    private static final int RECORD = 512;
    private static final List<String> PARTS = List.of("a", "b", "c", "d");
    private static final List<String> ODD = List.of(
            "..",
            ".",
            "",
            ".wh.a",
            ".wh.b",
            ".wh..wh..opq",
            ".wh..",
            ".wh...",
            ".wh.",
            ".wh..wh.aufs",
            "canary",
            "secret",
            "a\nb",
            "\u00fc",
            "\uFFFD",
            "x".repeat(200),
            "x".repeat(255),
            "x".repeat(256),
            "\0",
            "a\0b",
            "\u202e");

    private static final List<String> WHITEOUTS = List.of(".wh.a", ".wh.b", ".wh.c", ".wh..wh..opq");

    private final Random random;
    private final String outside;
    /** Wild archives break early; those that do not get further. */
    private final boolean wild;

    private final List<String> names = new ArrayList<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /**
     * @param outside absolute path of a directory that must not be touched
     */
    RandomArchive(Random random, String outside) {
        this.random = random;
        this.outside = outside;
        this.wild = random.nextInt(3) == 0;
    }

    byte[] make() {
        int entries = 1 + random.nextInt(wild ? 30 : 15);
        for (int i = 0; i < entries; i++) {
            entry();
        }
        if (random.nextInt(10) > 0) {
            out.writeBytes(new byte[2 * RECORD]);
        }
        byte[] bytes = out.toByteArray();
        if (wild && random.nextInt(4) == 0) {
            for (int flips = 1 + random.nextInt(6); flips > 0; flips--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
        }
        return wild && random.nextInt(10) == 0 ? Arrays.copyOf(bytes, random.nextInt(bytes.length)) : bytes;
    }

    private void entry() {
        if (random.nextInt(12) == 0) {
            pax("x");
        }
        if (wild && random.nextInt(20) == 0) {
            pax("g");
        }
        if (random.nextInt(25) == 0) {
            named('L', name());
        }
        if (wild && random.nextInt(15) == 0) {
            named('K', target());
        }
        String types = wild ? "00005552222111346S7gxLKD\0A" : "000055522222222136";
        char type = types.charAt(random.nextInt(types.length()));
        boolean content = type == '0' || type == '7' || random.nextInt(15) == 0;
        byte[] data = content ? new byte[random.nextInt(3) * random.nextInt(900)] : new byte[0];
        Arrays.fill(data, (byte) 'x');
        long size = wild && random.nextInt(60) == 0 ? random.nextLong() >>> random.nextInt(64) : data.length;
        String name = name();
        boolean known = type == '1' && !names.isEmpty() && !(wild && random.nextInt(3) == 0);
        String link = known ? names.get(random.nextInt(names.size())) : target();
        header(type == '5' && random.nextBoolean() ? name + "/" : name, type, size, link, data);
        if (type == '0' || type == '2') {
            names.add(name);
        }
    }

    private String name() {
        StringBuilder name = new StringBuilder();
        if (random.nextInt(20) == 0) {
            name.append(random.nextBoolean() ? "/" : "./");
        }
        int parts = wild && random.nextInt(60) == 0 ? 80 : 1 + random.nextInt(4);
        for (int i = 0; i < parts; i++) {
            List<String> from = random.nextInt(14) > 0 ? PARTS : wild ? ODD : WHITEOUTS;
            name.append(i == 0 ? "" : "/").append(from.get(random.nextInt(from.size())));
        }
        return name.toString();
    }

    private String target() {
        return switch (random.nextInt(12)) {
            case 0 -> outside;
            case 1 -> outside + "/dir";
            case 2 -> outside + "/secret";
            case 3 -> "../".repeat(1 + random.nextInt(12)) + (random.nextBoolean() ? outside.substring(1) : "canary");
            case 4 -> "/";
            case 5 -> "/" + name();
            case 6 -> "../" + name();
            case 7 -> "/proc/self/root" + outside;
            case 8 -> "a/".repeat(random.nextInt(wild ? 100 : 4)) + "b";
            default -> name();
        };
    }

    private void pax(String type) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            records.writeBytes(
                    switch (wild ? random.nextInt(14) : 0) {
                        case 0, 1, 2 -> Layers.paxRecord("path", name());
                        case 3, 4 -> Layers.paxRecord("linkpath", target());
                        case 5 -> Layers.paxRecord("size", String.valueOf(random.nextLong() >> random.nextInt(64)));
                        case 6 -> Layers.paxRecord("mtime", random.nextDouble() * 1e12 - 1e11 + "");
                        case 7 -> Layers.paxRecord("uid", String.valueOf(random.nextLong() >> random.nextInt(64)));
                        case 8 ->
                            Layers.paxRecord(
                                    "SCHILY.xattr." + (random.nextBoolean() ? "user.a" : "trusted.overlay.redirect"),
                                    target());
                        case 9 -> Layers.paxRecord("GNU.sparse.major", "1");
                        case 10 -> Layers.paxRecord("GNU.sparse.name", name());
                        case 11 ->
                            Layers.paxRecord(
                                    "GNU.sparse.realsize", String.valueOf(random.nextLong() >>> random.nextInt(64)));
                        case 12 -> Layers.paxRecord("GNU.sparse.map", random.nextInt(9) + "," + random.nextInt());
                        default ->
                            Layers.paxRecord(
                                    "comment", "x".repeat(random.nextInt(random.nextInt(50) == 0 ? 200_000 : 300)));
                    });
        }
        byte[] data = records.toByteArray();
        header("p", type.charAt(0), data.length, "", data);
    }

    private void named(char type, String name) {
        byte[] data = (name + "\0").getBytes(StandardCharsets.UTF_8);
        header("././@LongLink", type, data.length, "", data);
    }

    private void header(String name, char type, long size, String link, byte[] data) {
        byte[] header = new byte[RECORD];
        put(header, 0, 100, name);
        put(header, 100, 8, String.format("%07o", random.nextInt(5) == 0 ? random.nextInt(0100000) : 0755));
        put(header, 108, 8, random.nextInt(9) == 0 ? "7777777" : "0000000");
        put(header, 116, 8, "0000000");
        put(header, 124, 12, String.format("%011o", size & 077777777777L));
        put(header, 136, 12, String.format("%011o", random.nextInt() & 0x7fffffffL));
        header[156] = (byte) type;
        put(header, 157, 100, link);
        put(header, 257, 8, random.nextInt(6) == 0 ? "ustar  " : "ustar\00000");
        if (random.nextInt(30) == 0) {
            put(header, 345, 155, name());
        }
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xff;
        }
        put(header, 148, 8, String.format("%06o\0 ", sum));
        out.writeBytes(header);
        out.writeBytes(data);
        out.writeBytes(new byte[(RECORD - data.length % RECORD) % RECORD]);
    }

    private static void put(byte[] header, int at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        System.arraycopy(bytes, 0, header, at, Math.min(length, bytes.length));
    }
}
