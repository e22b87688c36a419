package dev.proa.node.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * Finds where the last lines of a log in the CRI's form begin, reading it backward. A long line that a runtime wrote in several parts
 * (all but the last tagged {@code P}) counts as one.
 */
final class LogTailStart {
    private static final int BLOCK = 64 << 10;
    /** More than {@code <time> stdout P}, whatever the time's precision and offset. */
    private static final int HEAD = 64;

    private final FileChannel log;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK);
    private final ByteBuffer head = ByteBuffer.allocate(HEAD);

    private LogTailStart(FileChannel log) {
        this.log = log;
    }

    /** The offset in bytes of the last {@code lines} lines; 0 when there are fewer. */
    static long find(FileChannel log, long lines) throws IOException {
        return new LogTailStart(log).find(lines);
    }

    private long find(long lines) throws IOException {
        long size = log.size();
        if (lines == 0) {
            return size;
        }
        long found = 0;
        long previousStart = size; // of the line that follows the one being looked at
        long end = size;
        while (end > 0) {
            long begin = Math.max(0, end - BLOCK);
            block.clear().limit((int) (end - begin));
            read(block, begin);
            for (int i = (int) (end - begin) - 1; i >= 0; i--) {
                long start = begin + i + 1;
                if (block.get(i) == '\n' && start < size) {
                    if (endsLine(start) || found == 0) {
                        if (found == lines) {
                            return previousStart;
                        }
                        found++;
                    }
                    previousStart = start;
                }
            }
            end = begin;
        }
        return found == lines && endsLine(0) ? previousStart : 0;
    }

    /** Whether what is written at {@code start} is a whole line or the last part of one. */
    private boolean endsLine(long start) throws IOException {
        head.clear();
        read(head, start);
        int spaces = 0;
        for (int i = 0; i + 1 < head.position(); i++) {
            if (head.get(i) == ' ' && ++spaces == 2) {
                return head.get(i + 1) != 'P';
            }
        }
        return true;
    }

    private void read(ByteBuffer into, long position) throws IOException {
        while (into.hasRemaining()) {
            int read = log.read(into, position + into.position());
            if (read <= 0) {
                return;
            }
        }
    }
}
