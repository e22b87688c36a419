package dev.proa.node.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Lists a directory by {@code getdents64(2)}, a buffer at a time. Names stay where the kernel put them, since Linux'
 * names are bytes and need not be text.
 */
final class DirectoryEntries {
    static final int TYPE_UNKNOWN = 0;
    static final int TYPE_DIRECTORY = 4;

    private static final int BUFFER = 32 << 10;
    private static final int LENGTH = 16;
    private static final int TYPE = 18;
    private static final int NAME = 19;

    private DirectoryEntries() {}

    /** Receives each entry. */
    interface Visitor {
        /**
         * @param name address of the name, which ends with a zero; good until this returns
         * @param type {@code DT_DIR} and the like, {@link #TYPE_UNKNOWN} where the file system does not tell
         */
        void entry(long name, int type) throws IOException;
    }

    /** Visits all entries of an open directory but itself and its parent, from the first one on. */
    static void forEach(int directory, Visitor visitor) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int listing = (int) Kernel.call(
                    ".",
                    SystemCall.OPENAT,
                    directory,
                    Kernel.text(arena, "."),
                    Descriptors.O_RDONLY | Descriptors.O_CLOEXEC | Descriptors.directoryFlag());
            try {
                MemorySegment buffer = arena.allocate(BUFFER, 8);
                for (int end = read(listing, buffer); end > 0; end = read(listing, buffer)) {
                    visit(buffer, end, visitor);
                    if (end > BUFFER / 2) {
                        Thread.yield(); // a large directory must not keep the carrier from other virtual threads
                    }
                }
            } finally {
                Descriptors.close(listing);
            }
        }
    }

    private static int read(int listing, MemorySegment buffer) throws ErrnoException {
        return (int) Kernel.call("", SystemCall.GETDENTS64, listing, buffer.address(), BUFFER);
    }

    private static void visit(MemorySegment buffer, int end, Visitor visitor) throws IOException {
        int next;
        for (int at = 0; at < end; at = next) {
            next = at + Short.toUnsignedInt(buffer.get(ValueLayout.JAVA_SHORT, at + LENGTH));
            if (!isDots(buffer, at + NAME)) {
                visitor.entry(buffer.address() + at + NAME, buffer.get(ValueLayout.JAVA_BYTE, at + TYPE));
            }
        }
    }

    private static boolean isDots(MemorySegment buffer, int name) {
        int dots = 0;
        while (dots < 2 && buffer.get(ValueLayout.JAVA_BYTE, name + dots) == '.') {
            dots++;
        }
        return dots > 0 && buffer.get(ValueLayout.JAVA_BYTE, name + dots) == 0;
    }

    /** The text of a name; invalid UTF-8 becomes replacement characters. */
    static String text(long name) {
        return MemorySegment.ofAddress(name).reinterpret(256).getString(0);
    }
}
